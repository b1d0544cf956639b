import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Script } from 'node:vm';
import { getPointAtLength, getTotalLength } from 'svg-path-commander/util';
import { Canvas } from './canvas.ts';
import type { DomElement } from './dom.ts';
import type { Box } from './geometry.ts';
import { ownBox, pageBox } from './geometry.ts';

/** One complaint of Plotly about a specification. */
export type PlotlyComplaint = { code: string; container: string; trace: number | null; path: string | (string | number)[]; msg: string };

/** What the renderer calls of Plotly. */
export type Plotly = {
  newPlot(div: GraphDiv, data: object, layout: object, config: object): Promise<unknown>;
  purge(div: GraphDiv): void;
  validate(data: object, layout: object): PlotlyComplaint[] | undefined;
  PlotSchema: { get(): object };
  Snapshot: { toSVG(div: GraphDiv, format: 'svg'): string };
};

/** An element of the page, with the methods that change it. */
export type PageElement = DomElement & {
  style: { removeProperty(name: string): void };
  setAttribute(name: string, value: string): void;
  append(child: PageElement): void;
  remove(): void;
  replaceWith(other: PageElement): void;
  querySelectorAll(selector: string): ArrayLike<PageElement>;
};

/** The element Plotly draws into, with the layout it made up its mind to. */
export type GraphDiv = PageElement & { _fullLayout: { width: number; height: number } };

type Page = {
  document: { createElement(name: string): PageElement; createElementNS(namespace: string, name: string): PageElement; body: PageElement };
  Plotly: Plotly;
  Math: { random(): number };
  JSON: typeof JSON;
  SVGElement: { prototype: object };
  HTMLCanvasElement: { prototype: object };
  URL: { createObjectURL?: () => string };
};

type JsdomPackage = {
  VirtualConsole: new () => unknown;
  JSDOM: new (html: string, options: object) => { window: Page; getInternalVMContext(): object };
};

/** A browser page in this process, without a screen, in which Plotly is loaded. */
export type PlotlyWindow = Page & {
  /** The canvases of the drawing in progress, by the number in their address. */
  canvases: Canvas[];
};

function rectangle(box: Box = { left: 0, top: 0, right: 0, bottom: 0 }) {
  return { ...box, x: box.left, y: box.top, width: box.right - box.left, height: box.bottom - box.top };
}

/** Gives the page what jsdom lacks: the sizes of what is drawn, canvases, and a few names that Plotly wants to exist. */
function completePage(window: PlotlyWindow): void {
  Object.assign(window.SVGElement.prototype, {
    getBBox(this: DomElement) {
      return rectangle(ownBox(this));
    },
    getBoundingClientRect(this: DomElement) {
      return rectangle(pageBox(this));
    },
    getComputedTextLength(this: DomElement) {
      return rectangle(ownBox(this)).width;
    },
    getTotalLength(this: DomElement) {
      return getTotalLength(this.getAttribute('d') ?? '');
    },
    getPointAtLength(this: DomElement, length: number) {
      return getPointAtLength(this.getAttribute('d') ?? '', length);
    },
  });
  const painted = new WeakMap<object, Canvas>();
  Object.assign(window.HTMLCanvasElement.prototype, {
    getContext(this: { width: number; height: number }, kind: string) {
      if (kind !== '2d') return null;
      const canvas = painted.get(this) ?? new Canvas(this.width, this.height);
      painted.set(this, canvas);
      return canvas;
    },
    toDataURL(this: object) {
      const canvas = painted.get(this)!;
      return `canvas:${window.canvases.push(canvas) - 1}`;
    },
  });
  const unheld = (timer: NodeJS.Timeout) => Number(timer.unref());
  Object.assign(window, {
    TextDecoder,
    TextEncoder,
    Worker: class {},
    // Without small images enlarged by the viewer, some of which smooth them, Plotly paints heat maps cell by cell.
    CSS: { supports: () => false },
    // Timers of the page must not keep the process alive.
    setTimeout: (task: () => void, delay?: number) => unheld(setTimeout(task, delay)),
    setInterval: (task: () => void, delay?: number) => unheld(setInterval(task, delay)),
    clearTimeout,
    clearInterval,
  });
  window.URL.createObjectURL = () => 'blob:';
}

/**
 * Opens a page and loads Plotly into it, about a second of work. The page has its own global object: nothing is put on ours,
 * so that libraries which look for `window` see what they saw before.
 */
export function openWindow(): PlotlyWindow {
  const require = createRequire(import.meta.url);
  const { JSDOM, VirtualConsole } = require('jsdom') as JsdomPackage;
  const dom = new JSDOM('<!doctype html><body></body>', { runScripts: 'outside-only', virtualConsole: new VirtualConsole() });
  const window = Object.assign(dom.window, { canvases: [] });
  completePage(window);
  const file = require.resolve('plotly.js-dist');
  new Script(readFileSync(file, 'utf8'), { filename: file }).runInContext(dom.getInternalVMContext());
  // Plotly's validation builds the whole schema anew for every figure, which takes longer than drawing one.
  const { PlotSchema } = window.Plotly;
  const build = PlotSchema.get;
  let schema: object | undefined;
  PlotSchema.get = () => {
    schema ??= build();
    return schema;
  };
  return window;
}
