/**
 * The script of the page at `/docs`, as a browser runs it: plain JavaScript, kept as text since it is served and never
 * loaded here. What comes from the description or from an answer is set as text, never as markup.
 */
export const referenceScript = String.raw`
'use strict';
const shownCharsMax = 1_000_000;
const byId = (id) => document.getElementById(id);

/** An element with attributes and children; a child that is text stays text. */
function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) element.setAttribute(name, value);
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

async function start() {
  try {
    const answer = await fetch('/openapi.json');
    if (!answer.ok) throw new Error('the server answered ' + answer.status);
    show(await answer.json());
  } catch (error) {
    byId('state').textContent = 'The description of the API cannot be read: ' + error.message + '. Reload the page to try again.';
  }
}

function show(description) {
  byId('version').textContent = description.info.version;
  byId('state').remove();
  const operations = operationsOf(description);
  const contents = make('div', {});
  for (const tag of description.tags) {
    contents.append(make('h2', {}, tag.name));
    for (const each of operations.filter(({ tags }) => tags.includes(tag.name))) {
      const item = operationItem(each, description);
      const link = make('a', { href: '#' + each.operationId }, each.operationId);
      link.addEventListener('click', () => { item.open = true; });
      contents.append(link);
      byId('operations').append(item);
      each.parts = [item, link];
    }
  }
  byId('contents').append(contents);
  byId('filter').addEventListener('input', (event) => filter(operations, event.target.value));
  byId('access').addEventListener('submit', (event) => event.preventDefault());
  const opened = location.hash === '' ? null : byId(decodeURIComponent(location.hash.slice(1)));
  if (opened instanceof HTMLDetailsElement) { opened.open = true; opened.scrollIntoView(); }
}

function operationsOf(description) {
  return Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), ...operation })));
}

function filter(operations, text) {
  const wanted = text.trim().toLowerCase();
  for (const { operationId, path, summary, parts } of operations) {
    const hidden = !(operationId + ' ' + path + ' ' + summary).toLowerCase().includes(wanted);
    for (const part of parts) part.hidden = hidden;
  }
}

function operationItem(operation, description) {
  const { operationId, method, path, summary } = operation;
  const item = make('details', { id: operationId },
    make('summary', {}, make('b', {}, method), make('code', {}, path), make('span', {}, summary)));
  // Most operations are never opened: their forms are made when they are.
  item.addEventListener('toggle', () => {
    if (item.open && item.childElementCount === 1) item.append(operationForm(operation, description));
  });
  return item;
}

function operationForm(operation, description) {
  const fields = (operation.parameters ?? []).map((parameter) => parameterField(operation, resolve(parameter, description), description));
  const accept = acceptField(operation);
  const body = operation.requestBody === undefined ? undefined : bodyField(operation);
  const send = make('button', { class: 'send', type: 'submit' }, 'Send');
  const stop = make('button', { type: 'button', disabled: '' }, 'Stop');
  const line = make('p', { role: 'status' });
  const head = make('pre', { hidden: '', tabindex: '0', 'aria-label': 'Header fields of the answer' });
  const text = make('pre', { hidden: '', tabindex: '0', class: 'answer', 'aria-label': 'Body of the answer' });
  const form = make('form', {}, ...fields.map(({ element }) => element), accept?.element, body?.element, make('p', {}, send, ' ', stop));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const request = toRequest(operation, fields, accept, body);
    perform(request, { send, stop, line, head, text });
  });
  const box = make('div', {}, form, line, head, text);
  if (operation.description !== undefined) box.prepend(make('p', {}, operation.description));
  return box;
}

function resolve(value, description) {
  if (value === undefined || value.$ref === undefined) return value;
  return value.$ref.slice(2).split('/').reduce((at, step) => at[step], description);
}

let count = 0;

function field(name, control, note) {
  count += 1;
  control.id = 'field-' + count;
  return make('div', { class: 'field' }, make('label', { for: control.id }, name), control, note ? make('small', {}, note) : undefined);
}

function parameterField({ operationId }, parameter, description) {
  const schema = resolve(parameter.schema, description) ?? {};
  const choices = schema.type === 'boolean' ? ['true', 'false'] : schema.enum;
  const control = choices === undefined
    ? make('input', { type: 'text', autocomplete: 'off', spellcheck: 'false' })
    : make('select', {}, ...['', ...choices].map((choice) => make('option', { value: choice }, String(choice))));
  control.required = parameter.required === true;
  control.name = parameter.name;
  if (schema.default !== undefined) control.placeholder = String(schema.default);
  const list = schema.type === 'array' ? (resolve(schema.items, description)?.enum ?? []).join(', ') : '';
  const note = [parameter.description ?? schema.description, list && 'Of: ' + list].filter(Boolean).join(' ');
  const name = parameter.name + (parameter.required ? ' (required)' : parameter.in === 'header' ? ' (header)' : '');
  return { parameter, control, element: field(name, control, note) };
}

/** Which media type is asked for, where there is a choice. */
function acceptField({ responses }) {
  const types = [...new Set(Object.entries(responses).filter(([status]) => status < '300')
    .flatMap(([, response]) => Object.keys(response.content ?? {})))];
  if (types.length < 2) return undefined;
  const control = make('select', { name: 'Accept' }, ...types.map((type) => make('option', { value: type }, type)));
  return { control, element: field('Accept', control) };
}

/** The body as text, with the example of its media type until somebody has written something else. */
function bodyField({ requestBody }) {
  const entries = Object.entries(requestBody.content);
  const exampleOf = (type) => {
    const { example } = requestBody.content[type];
    return typeof example === 'string' ? example : example === undefined ? '' : JSON.stringify(example, null, 2);
  };
  const type = make('select', { name: 'Content-Type' }, ...entries.map(([name]) => make('option', { value: name }, name)));
  const control = make('textarea', { name: 'body', spellcheck: 'false' });
  control.value = exampleOf(entries[0][0]);
  let example = control.value;
  type.addEventListener('change', () => {
    if (control.value === example) control.value = exampleOf(type.value);
    example = exampleOf(type.value);
  });
  const note = requestBody.required ? undefined : 'May be left empty.';
  const element = make('div', {}, field('Content-Type', type), field('Body' + (requestBody.required ? ' (required)' : ''), control, note));
  return { type, control, element };
}

function toRequest({ method, path, security }, fields, accept, body) {
  const headers = {};
  const query = new URLSearchParams();
  let target = path;
  for (const { parameter, control } of fields) {
    if (control.value === '') continue;
    if (parameter.in === 'path') target = target.replace('{' + parameter.name + '}', encodeURIComponent(control.value));
    else if (parameter.in === 'query') query.set(parameter.name, control.value);
    else headers[parameter.name] = control.value;
  }
  if (accept !== undefined) headers.Accept = accept.control.value;
  const key = byId('key').value;
  if (key !== '' && security.length > 0) headers.Authorization = 'Bearer ' + key;
  const content = body === undefined || body.control.value === '' ? undefined : body.control.value;
  if (content !== undefined) headers['Content-Type'] = body.type.value;
  return { method, url: target + (query.size === 0 ? '' : '?' + query), headers, body: content };
}

async function perform({ method, url, headers, body }, { send, stop, line, head, text }) {
  const running = new AbortController();
  const cancel = () => running.abort();
  stop.addEventListener('click', cancel);
  send.disabled = true;
  stop.disabled = false;
  line.className = '';
  line.textContent = method + ' ' + url + ' \u2026';
  head.hidden = text.hidden = true;
  const began = performance.now();
  try {
    const answer = await fetch(url, { method, headers, body, signal: running.signal, cache: 'no-store' });
    line.className = answer.ok ? 'good' : 'bad';
    line.textContent = method + ' ' + url + ' \u2192 ' + answer.status + ' ' + answer.statusText + ', ' + Math.round(performance.now() - began) + ' ms';
    head.textContent = [...answer.headers].map(([name, value]) => name + ': ' + value).join('\n');
    head.hidden = false;
    await showBody(answer, text);
  } catch (error) {
    if (running.signal.aborted) line.textContent += ' (stopped)';
    else { line.className = 'bad'; line.textContent = 'There was no answer: ' + error.message; }
  } finally {
    stop.removeEventListener('click', cancel);
    send.disabled = false;
    stop.disabled = true;
  }
}

/** As it comes in, so that a stream is seen; of a large answer the beginning. JSON is indented once it is whole. */
async function showBody(answer, text) {
  text.textContent = '';
  text.hidden = false;
  let shown = '';
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (reader === undefined) return;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    shown += value;
    if (shown.length > shownCharsMax) {
      text.textContent = shown.slice(0, shownCharsMax) + '\n\u2026 and more: only the beginning is shown here.';
      await reader.cancel();
      return;
    }
    text.append(value);
  }
  if (/\bjson\b/.test(answer.headers.get('content-type') ?? '')) {
    try { text.textContent = JSON.stringify(JSON.parse(shown), null, 2); } catch { /* shown as it came */ }
  }
  if (shown === '') text.hidden = true;
}

start();
`;
