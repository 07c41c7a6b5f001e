/** Text of others on a terminal: names, errors and outputs must not move its cursor or change its title. */

/** Replaces what a terminal would act upon by what can be seen; a tab and a line break become a space. */
export function visible(text: string): string {
  return text.replace(/\r?\n|[\t\r]/g, ' ').replace(/[\p{Cc}\p{Bidi_Control}]/gu, '�');
}

/** Cut to a width, with `…` where something is left out. */
export function cut(text: string, columnsMax: number): string {
  const characters = [...text];
  return characters.length <= columnsMax
    ? text
    : `${characters.slice(0, Math.max(0, columnsMax - 1)).join('')}…`;
}

/** Columns as wide as their widest cell, two spaces apart; the last is not padded. `paint` colours a padded cell. */
export function formatColumns(
  rows: readonly (readonly string[])[],
  paint: (cell: string, column: number, row: number) => string = (cell) => cell,
): string {
  const widths: number[] = [];
  for (const row of rows)
    for (const [column, cell] of row.entries())
      widths[column] = Math.max(widths[column] ?? 0, [...cell].length);
  return rows
    .map((row, index) => {
      const cells = row.map((cell, column) => {
        const gap = column === row.length - 1 ? 0 : (widths[column] ?? 0) - [...cell].length;
        return `${paint(cell, column, index)}${' '.repeat(gap)}`;
      });
      return `${cells.join('  ').trimEnd()}\n`;
    })
    .join('');
}
