/**
 * Makes a picture of a page small: a PNG with a palette of up to 256 colours. Drawings of text and areas lose nothing
 * that one would see, and most of their bytes.
 */
import { crc32, deflateSync, inflateSync } from 'node:zlib';

interface Picture {
  readonly width: number;
  readonly height: number;
  /** 3 bytes for each pixel, row by row */
  readonly rgb: Uint8Array;
}

/** @param png 8 bits for each channel, with or without alpha, not interlaced: what a browser takes */
export function shrinkPng(png: Uint8Array): Buffer {
  const picture = decode(Buffer.from(png));
  const palette = choosePalette(countColours(picture.rgb));
  return encode(picture, palette);
}

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

function decode(png: Buffer): Picture {
  const parts: Buffer[] = [];
  let header: Buffer | undefined;
  for (let at = signature.length; at < png.length; ) {
    const length = png.readUInt32BE(at);
    const type = png.toString('latin1', at + 4, at + 8);
    const content = png.subarray(at + 8, at + 8 + length);
    if (type === 'IHDR') header = content;
    if (type === 'IDAT') parts.push(content);
    at += length + 12;
  }
  if (header === undefined) throw new Error('a PNG begins with its header, and this has none');
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const [depth, colour, , , interlaced] = header.subarray(8);
  if (depth !== 8 || (colour !== 2 && colour !== 6) || interlaced !== 0)
    throw new Error(`expected 8 bits of RGB or RGBA, found depth ${depth} and colour type ${colour}`);
  return {
    width,
    height,
    rgb: unfilter(inflateSync(Buffer.concat(parts)), width, height, colour === 6 ? 4 : 3),
  };
}

/** Each row begins with the number of the filter that its bytes went through. */
function unfilter(data: Buffer, width: number, height: number, channels: number): Uint8Array {
  const rowBytes = width * channels;
  let above = new Uint8Array(rowBytes);
  const rgb = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y += 1) {
    const from = y * (rowBytes + 1);
    const row = Uint8Array.from(data.subarray(from + 1, from + 1 + rowBytes));
    for (let x = 0; x < rowBytes; x += 1) {
      const left = x < channels ? 0 : (row[x - channels] ?? 0);
      const corner = x < channels ? 0 : (above[x - channels] ?? 0);
      row[x] = (row[x] ?? 0) + predict(data[from] ?? 0, left, above[x] ?? 0, corner);
    }
    for (let x = 0; x < width; x += 1)
      rgb.set(row.subarray(x * channels, x * channels + 3), (y * width + x) * 3);
    above = row;
  }
  return rgb;
}

function predict(filter: number, left: number, above: number, corner: number): number {
  if (filter === 0) return 0;
  if (filter === 1) return left;
  if (filter === 2) return above;
  if (filter === 3) return (left + above) >> 1;
  const guess = left + above - corner;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - above), Math.abs(guess - corner)];
  return a <= b && a <= c ? left : b <= c ? above : corner;
}

type Counts = ReadonlyMap<number, number>;

function countColours(rgb: Uint8Array): Counts {
  const counts = new Map<number, number>();
  for (let at = 0; at < rgb.length; at += 3) {
    const colour = colourAt(rgb, at);
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  return counts;
}

function colourAt(rgb: Uint8Array, at: number): number {
  return ((rgb[at] ?? 0) << 16) | ((rgb[at + 1] ?? 0) << 8) | (rgb[at + 2] ?? 0);
}

const coloursMax = 256;

/** From each colour of the picture to its place in the palette. */
interface Palette {
  readonly colours: readonly number[];
  readonly places: ReadonlyMap<number, number>;
}

/** The colours that most pixels have are kept as they are; the others become the nearest of them. */
function choosePalette(counts: Counts): Palette {
  const byCount = [...counts].sort(([, a], [, b]) => b - a).map(([colour]) => colour);
  const colours = spread(byCount);
  const places = new Map(colours.map((colour, place) => [colour, place]));
  for (const colour of byCount) if (!places.has(colour)) places.set(colour, nearest(colour, colours));
  return { colours, places };
}

/** Half of the palette for what is frequent, half for what is far from all that is in it. */
function spread(byCount: readonly number[]): number[] {
  if (byCount.length <= coloursMax) return [...byCount];
  const chosen = byCount.slice(0, coloursMax / 2);
  const rest = byCount
    .slice(coloursMax / 2)
    .map((colour) => ({ colour, away: Math.min(...chosen.map((each) => distance(each, colour))) }));
  while (chosen.length < coloursMax) {
    const farthest = rest.reduce((best, each) => (each.away > best.away ? each : best));
    if (farthest.away === 0) break;
    chosen.push(farthest.colour);
    for (const each of rest) each.away = Math.min(each.away, distance(each.colour, farthest.colour));
  }
  return chosen;
}

function nearest(colour: number, colours: readonly number[]): number {
  let best = 0;
  for (let place = 1; place < colours.length; place += 1)
    if (distance(colours[place] ?? 0, colour) < distance(colours[best] ?? 0, colour)) best = place;
  return best;
}

function distance(a: number, b: number): number {
  const [red, green, blue] = [
    (a >> 16) - (b >> 16),
    ((a >> 8) & 255) - ((b >> 8) & 255),
    (a & 255) - (b & 255),
  ];
  return 2 * red * red + 4 * green * green + 3 * blue * blue;
}

function encode({ width, height, rgb }: Picture, { colours, places }: Palette): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  // Rows without a filter: places in a palette are not near each other because colours are.
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1)
      rows[y * (width + 1) + 1 + x] = places.get(colourAt(rgb, (y * width + x) * 3)) ?? 0;
  const table = Buffer.from(colours.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]));
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('PLTE', table),
    chunk('IDAT', deflateSync(rows, { level: 9, memLevel: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, content: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const framed = Buffer.alloc(named.length + 8);
  framed.writeUInt32BE(content.length, 0);
  named.copy(framed, 4);
  framed.writeUInt32BE(crc32(named), named.length + 4);
  return framed;
}
