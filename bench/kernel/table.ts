/** Lays out rows of cells in columns; long cells are wrapped at spaces. */
export function table(header: string[], rows: string[][], columnWidth = 26): string {
  const wrapped = [header, ...rows].map((row) => row.map((cell, column) => wrap(cell, column === 0 ? 30 : columnWidth)));
  const widths = header.map((_, column) => Math.max(...wrapped.flatMap((row) => row[column].map((line) => line.length))));
  const rule = widths.map((width) => '─'.repeat(width)).join('─┼─');
  const lines: string[] = [];
  for (const row of wrapped) {
    const height = Math.max(...row.map((cell) => cell.length));
    for (let i = 0; i < height; i++) {
      lines.push(
        row
          .map((cell, column) => (cell[i] ?? '').padEnd(widths[column]))
          .join(' │ ')
          .trimEnd(),
      );
    }
    lines.push(rule);
  }
  return lines.slice(0, -1).join('\n');
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const last = lines[lines.length - 1];
    if (last !== '' && last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines;
}
