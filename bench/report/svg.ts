/** Drawings as SVG, each an image of its own that reads on light and on dark pages. */

export interface Drawing {
  readonly title: string;
  readonly width: number;
  readonly height: number;
  /** rules of the drawing's own classes, and those for dark pages */
  readonly style: string;
  readonly darkStyle: string;
  readonly parts: readonly string[];
}

export function toSvg({ title, width, height, style, darkStyle, parts }: Drawing): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeXml(title)}">`,
    `<style>
  text { font: 13px system-ui, sans-serif; fill: #57606a; }
  .title { font-size: 15px; font-weight: 600; }
  .title, .group { fill: #24292f; }
  .note { font-size: 11px; }${style}
  @media (prefers-color-scheme: dark) {
    text { fill: #9198a1; }
    .title, .group { fill: #f0f6fc; }${darkStyle}
  }
</style>`,
    ...parts,
    '</svg>\n',
  ].join('\n');
}

export interface TextStyle {
  readonly kind?: string;
  readonly anchor?: 'start' | 'end';
}

export function svgText(x: number, y: number, content: string | number, style: TextStyle = {}): string {
  const kind = style.kind === undefined ? '' : ` class="${style.kind}"`;
  const anchor = style.anchor === undefined ? '' : ` text-anchor="${style.anchor}"`;
  return `<text${kind} x="${x.toFixed(0)}" y="${y.toFixed(0)}"${anchor}>${escapeXml(String(content))}</text>`;
}

function escapeXml(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
