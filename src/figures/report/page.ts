import { readFileSync } from 'node:fs';
import { escapeMarkup } from '../escape.ts';
import { fontRules } from '../font/embed.ts';
import { FACES, FONT_FAMILY } from '../font/faces.ts';
import type { Claim, FigureRecord, Verdict } from '../record.ts';
import { packed, plotlyBundle } from './bundle.ts';

/** A figure as the report shows it. */
export type ReportEntry = {
  record: FigureRecord;
  /** Address of the still picture, a `data:` one. */
  picture: string;
};

const MARKS: Record<Verdict, string> = { reproduced: '✓', 'not reproduced': '✗', inconclusive: '?' };

/** Nothing may be fetched: what the page needs is in it. */
const POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; font-src data:";

const PRINTABLE_ASCII = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).join('');
/** What Plotly itself writes in ticks and labels. */
const PLOTLY_CHARACTERS = '−×±°–…μ';

function asset(name: string): string {
  return readFileSync(new URL(name, import.meta.url), 'utf8').trim();
}

/** A number with four significant digits and a true minus sign. */
function inDigits(value: number): string {
  return String(Number(value.toPrecision(4))).replace(/-/g, '−');
}

function outcome({ value, interval }: Claim): string {
  const shown = typeof value === 'number' ? inDigits(value) : (value ?? '');
  const range = interval ? `[${inDigits(interval[0])},\u00a0${inDigits(interval[1])}]` : '';
  return [shown, range].filter((part) => part !== '').join('\n');
}

function claimRow(record: FigureRecord, claim: Claim): string {
  const cells = [
    `<td class="claim">${escapeMarkup(claim.claim)}</td>`,
    `<td>${escapeMarkup(claim.statistic)}</td>`,
    `<td class="value">${escapeMarkup(outcome(claim))}</td>`,
    `<td class="verdict ${claim.verdict.replace(' ', '-')}"><span aria-hidden="true">${MARKS[claim.verdict]}</span> ${claim.verdict}</td>`,
    `<td><a href="#${record.name}">${record.name}</a></td>`,
  ];
  return `<tr>${cells.join('')}</tr>`;
}

function claimTable(entries: readonly ReportEntry[]): string {
  const rows = entries.flatMap(({ record }) => record.claims.map((claim) => claimRow(record, claim)));
  if (rows.length === 0) return '';
  const heads = ['Claim', 'Statistic', 'Value or interval', 'Verdict', 'Figure'].map((head) => `<th scope="col">${head}</th>`).join('');
  return `<section aria-labelledby="claims"><h2 id="claims">Claims</h2>
<div class="wide" role="region" aria-labelledby="claims" tabindex="0"><table><thead><tr>${heads}</tr></thead>
<tbody>
${rows.join('\n')}
</tbody></table></div></section>`;
}

function section({ record, picture }: ReportEntry): string {
  const { name, title, caption, notebook, provenance, figure } = record;
  const files = ['svg', 'png', 'json'].map((kind) => `<a href="${name}.${kind}">${kind.toUpperCase()}</a>`);
  if (notebook) files.push(`<a href="../notebooks/${escapeMarkup(encodeURIComponent(notebook))}.ipynb">Notebook</a>`);
  const made = [provenance.date.slice(0, 10), provenance.package, `Node.js ${provenance.node}`].map(escapeMarkup).join(', ');
  const { width, height } = figure.layout;
  return `<section aria-labelledby="${name}">
<h2 id="${name}">${escapeMarkup(title)}</h2>
<figure>
<div class="frame" data-figure="${name}">
<img src='${picture}' alt="${escapeMarkup(caption)}" width="${Number(width)}" height="${Number(height)}">
<div class="live" role="group" aria-label="${escapeMarkup(caption)}" hidden></div>
</div>
<figcaption>${escapeMarkup(caption)}</figcaption>
</figure>
<p class="links">${files.join(' · ')}</p>
<p class="provenance">${made}</p>
</section>`;
}

/** The type family of the figures with every character that can come up in them, so that live ones look like the still ones. */
function figureFonts(specifications: string): Promise<string> {
  const characters = new Set(specifications + PRINTABLE_ASCII + PLOTLY_CHARACTERS);
  return fontRules(FONT_FAMILY, new Map(FACES.map((face) => [face, characters])));
}

/** The report as one HTML document that needs nothing else. */
export async function reportPage(entries: readonly ReportEntry[]): Promise<string> {
  const specifications = JSON.stringify(Object.fromEntries(entries.map(({ record }) => [record.name, record.figure])));
  const contents = entries.map(({ record }) => `<li><a href="#${record.name}">${escapeMarkup(record.title)}</a></li>`);
  const body =
    entries.length === 0
      ? '<p>There are no figures yet.</p>'
      : `<nav aria-label="Figures"><ul>\n${contents.join('\n')}\n</ul></nav>\n${claimTable(entries)}\n${entries.map(section).join('\n')}`;
  const scripts =
    entries.length === 0
      ? ''
      : `<script type="application/octet-stream" id="plotly">${plotlyBundle()}</script>
<script type="application/octet-stream" id="specifications">${packed(specifications)}</script>
<script>
${asset('live.js')}
</script>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>CoLoRA Workbench: figures</title>
<style>
${asset('page.css')}
${await figureFonts(specifications)}
</style>
</head>
<body>
<a class="skip" href="#main">Skip to the figures</a>
<header>
<h1>CoLoRA Workbench: figures</h1>
<p>Every figure with its caption, its files and the notebook that draws it. Where scripts run, figures can be zoomed, and show their values under the pointer.</p>
</header>
<main id="main">
${body}
</main>
${scripts}
</body>
</html>
`;
}
