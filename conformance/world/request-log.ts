/** What the stand-ins were asked, by path. */

export interface LoggedRequest {
  readonly method: string;
  /** as the caller wrote it, whatever place the origin was led to */
  readonly host: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string | readonly string[]>>;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON as its value, anything else as text; null when there is none */
  readonly body: unknown;
}

export interface RequestLog {
  add(request: LoggedRequest): void;
  /** Requests for this path, the oldest first. */
  at(path: string): readonly LoggedRequest[];
}

const requestsMax = 20_000;

/** Keeps the newest 20,000 requests. */
export function openRequestLog(): RequestLog {
  const byPath = new Map<string, LoggedRequest[]>();
  let kept = 0;
  return {
    add(request) {
      const list = byPath.get(request.path) ?? [];
      list.push(request);
      byPath.set(request.path, list);
      kept += 1;
      if (kept <= requestsMax) return;
      const [path, oldest = []] = byPath.entries().next().value ?? [];
      if (path !== undefined) byPath.delete(path);
      kept -= oldest.length;
    },
    at: (path) => byPath.get(path) ?? [],
  };
}
