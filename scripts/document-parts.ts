/** The page with what stands between `<!-- NAME: … -->` and `<!-- /NAME -->` written anew. Throws without the two. */
export function fillBetween(page: string, name: string, written: string): string {
  const begin = new RegExp(`<!-- ${name}: [^>]*-->\n`).exec(page);
  const end = page.indexOf(`<!-- /${name} -->`);
  if (begin === null || end < begin.index)
    throw new Error(`the page has no <!-- ${name}: … --> and <!-- /${name} -->`);
  return `${page.slice(0, begin.index + begin[0].length)}\n${written}\n${page.slice(end)}`;
}

/** A text as a table's cell shows it: no bar ends it, and nothing in it is taken for markup. */
export function toCell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '\\<');
}
