/**
 * The page at `/docs`: every operation of `/openapi.json`, to be tried. One document with its style and script, no
 * request to any other host, and a policy that lets nothing else run: both are named by their digests.
 */
import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { referenceScript } from './reference-script.ts';
import { referenceStyle } from './reference-style.ts';

export const referencePath = '/docs';

export const referencePage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Millrace API</title>
<style>${referenceStyle}</style>
</head>
<body>
<a class="skip" href="#operations">Skip to the operations</a>
<header>
<h1>Millrace API <small id="version"></small></h1>
<form id="access">
<label for="key">API key</label>
<input id="key" type="password" autocomplete="off" placeholder="not needed when the server has none">
</form>
<label for="filter">Find</label>
<input id="filter" type="search" placeholder="name, path or summary">
<a href="/openapi.json">openapi.json</a>
</header>
<div class="columns">
<nav id="contents" aria-label="Operations"></nav>
<main id="operations" tabindex="-1"><p id="state" role="status">Reading /openapi.json …</p></main>
</div>
<noscript>This page needs JavaScript. The description of the API is at <a href="/openapi.json">/openapi.json</a>.</noscript>
<script>${referenceScript}</script>
</body>
</html>
`;

export const referencePolicy = [
  "default-src 'none'",
  `script-src '${digestOf(referenceScript)}'`,
  `style-src '${digestOf(referenceStyle)}'`,
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Serves the page. It is public, as the description is: it shows nothing that needs a key. */
export function addReferencePage(app: FastifyInstance): void {
  app.get(referencePath, { config: { operation: 'getReferencePage' } }, (_request, reply) =>
    reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', referencePolicy)
      .header('x-content-type-options', 'nosniff')
      .header('referrer-policy', 'no-referrer')
      .header('cache-control', 'no-cache')
      .send(referencePage),
  );
}

function digestOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
