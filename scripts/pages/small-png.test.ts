import { crc32, deflateSync, inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { shrinkPng } from './small-png.ts';

describe('a picture made small', () => {
  it('of up to 256 colours is the same picture, whatever filters its rows went through', () => {
    const [width, height] = [64, 5];
    const pixels = Array.from({ length: width * height }, (_, n) => [n % 7, (n * 3) % 11, n % 3, 255]);
    for (const filter of [0, 1, 2, 3, 4]) {
      const { colours, rows } = read(shrinkPng(filtered(pixels, width, height, filter)));
      const shown = rows.flatMap((row) => [...row].map((place) => colours[place]));
      expect(shown, `filter ${filter}`).toEqual(pixels.map(([r, g, b]) => [r, g, b]));
    }
  });

  it('of more colours has 256 of them, and each pixel one that is near', () => {
    const width = 1_000;
    const pixels = Array.from({ length: width }, (_, n) => [n % 250, Math.floor(n / 4), 128, 255]);
    const { colours, rows } = read(shrinkPng(filtered(pixels, width, 1, 1)));
    expect(colours.length).toBe(256);
    const shown = [...(rows[0] ?? [])].map((place) => colours[place] ?? []);
    const away = pixels.map((pixel, at) =>
      Math.max(...[0, 1, 2].map((channel) => Math.abs((pixel[channel] ?? 0) - (shown[at]?.[channel] ?? 0)))),
    );
    expect(Math.max(...away)).toBeLessThan(24);
  });
});

function filtered(pixels: readonly number[][], width: number, height: number, filter: number): Buffer {
  const bytes = width * 4;
  const plain = Array.from({ length: height }, (_, y) => pixels.slice(y * width, (y + 1) * width).flat());
  const rows = plain.map((row, y) => {
    const above = plain[y - 1] ?? new Array<number>(bytes).fill(0);
    return [filter, ...row.map((value, x) => (value - predicted(filter, row, above, x)) & 255)];
  });
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 6, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.from(rows.flat()))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function predicted(filter: number, row: readonly number[], above: readonly number[], x: number): number {
  const [left, up, corner] = [row[x - 4] ?? 0, above[x] ?? 0, above[x - 4] ?? 0];
  if (filter < 4) return [0, left, up, (left + up) >> 1][filter] ?? 0;
  const guess = left + up - corner;
  const nearest = [left, up, corner].map((value) => Math.abs(guess - value));
  return [left, up, corner][nearest.indexOf(Math.min(...nearest))] ?? 0;
}

function chunk(type: string, content: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type), content]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  check.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, check]);
}

/** Reads what was written, and holds every part against its check sum. */
function read(png: Buffer): { colours: number[][]; rows: Buffer[] } {
  const parts = new Map<string, Buffer>();
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    expect(png.readUInt32BE(at + 8 + length)).toBe(crc32(png.subarray(at + 4, at + 8 + length)));
    parts.set(png.toString('latin1', at + 4, at + 8), png.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  const palette = [...(parts.get('PLTE') ?? [])];
  const data = inflateSync(parts.get('IDAT') ?? Buffer.alloc(0));
  const width = (parts.get('IHDR') ?? Buffer.alloc(4)).readUInt32BE(0);
  return {
    colours: Array.from({ length: palette.length / 3 }, (_, n) => palette.slice(n * 3, n * 3 + 3)),
    rows: Array.from({ length: data.length / (width + 1) }, (_, y) =>
      data.subarray(y * (width + 1) + 1, (y + 1) * (width + 1)),
    ),
  };
}
