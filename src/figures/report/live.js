// Runs in the report page: unpacks Plotly and the specifications, and puts live figures in the place of the still ones.
// Whatever goes wrong on the way, the still picture stays.

async function unpack(id) {
  const bytes = Uint8Array.from(atob(document.getElementById(id).textContent), (character) => character.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).text();
}

/** The layout for the width there is: never wider than drawn; where that is little, with the legend below and the title left to the page. */
function fitted(layout, room) {
  const width = Math.min(layout.width, room);
  // A finger on a figure should scroll the page.
  const dragmode = matchMedia('(pointer: coarse)').matches ? false : layout.dragmode;
  if (width > 0.75 * layout.width) return { ...layout, width, dragmode };
  const legend = { ...layout.legend, orientation: 'h', x: 0, xanchor: 'left', y: -0.2, yanchor: 'top' };
  return { ...layout, width, dragmode, legend, title: undefined };
}

async function enliven(frame, { data, layout, config }) {
  const still = frame.querySelector('img');
  const stage = frame.querySelector('.live');
  const draw = () => {
    const fitting = fitted(layout, frame.clientWidth);
    stage.style.width = `${fitting.width}px`;
    // The bar of buttons would lie over titles; the files it could save are linked below.
    return Plotly.react(stage, data, fitting, { ...config, displayModeBar: false });
  };
  stage.hidden = false;
  try {
    await draw();
    still.hidden = true;
  } catch (error) {
    stage.hidden = true;
    throw error;
  }
  let width = frame.clientWidth;
  new ResizeObserver(() => {
    if (frame.clientWidth === width) return;
    width = frame.clientWidth;
    draw();
  }).observe(frame);
}

async function run() {
  const [code, text] = await Promise.all([unpack('plotly'), unpack('specifications')]);
  const script = document.createElement('script');
  script.textContent = code;
  document.head.append(script);
  // Plotly measures text once, so the fonts have to be there first.
  await Promise.all(Array.from(document.fonts, (font) => font.load()));
  const specifications = JSON.parse(text);
  for (const frame of document.querySelectorAll('.frame')) await enliven(frame, specifications[frame.dataset.figure]);
}

if ('DecompressionStream' in window) run();
