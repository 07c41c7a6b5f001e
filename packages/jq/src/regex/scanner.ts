import { RegexSyntaxError } from './errors.ts';

/** Reads a pattern by code points. `at` counts UTF-16 units. */
export class Scanner {
  readonly source: string;
  at = 0;

  constructor(source: string) {
    this.source = source;
  }

  get done(): boolean {
    return this.at >= this.source.length;
  }

  /** The next code point as text, or '' at the end. */
  peek(): string {
    const codePoint = this.source.codePointAt(this.at);
    return codePoint === undefined ? '' : String.fromCodePoint(codePoint);
  }

  /** Takes the next code point; '' at the end. */
  next(): string {
    const text = this.peek();
    this.at += text.length;
    return text;
  }

  /** Takes `text` if it is next. */
  eat(text: string): boolean {
    if (!this.source.startsWith(text, this.at)) return false;
    this.at += text.length;
    return true;
  }

  /** Takes what the sticky expression matches here, or gives null. Only for short, linear expressions. */
  match(sticky: RegExp): RegExpExecArray | null {
    sticky.lastIndex = this.at;
    const found = sticky.exec(this.source);
    if (found !== null) this.at += found[0].length;
    return found;
  }

  fail(message: string, offset = this.at): never {
    throw new RegexSyntaxError(message, offset);
  }
}
