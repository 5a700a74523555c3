// Twilio's OpenAPI files: which operation a request is, and what is wrong with it or its answer.
import fs from 'node:fs';
import path from 'node:path';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import { files } from '../openapi/fetch.js';

/** The files of what Switchboard uses or will use. */
export const FILES = ['api_v2010', 'taskrouter_v1', 'studio_v2', 'messaging_v1', 'flex_v1'];

const METHODS = ['get', 'post', 'put', 'delete', 'patch'];
const RFC_2822 = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d [+-]\d{4}$/;
const DATE = /^\d{4}-\d\d-\d\d$/;

/** Formats that OpenAPI does not define and Twilio uses. `uri` is often relative, or empty. */
const FORMATS = {
  'date-time-rfc-2822': RFC_2822,
  'uri': (text) => text === '' || URL.canParse(text, 'https://api.twilio.com'),
  'uri-map': true,
  'iso-country-code': /^[A-Z]{2}$/,
  'http-method': /^(GET|POST|PUT|PATCH|DELETE|HEAD)$/,
  'phone-number': /^(\+[1-9]\d{1,14}|[a-z]+:.+|anonymous|restricted|)$/,
  'phone-number-capabilities': true,
  'currency': /^[A-Za-z]{3}$/,
  'ice-server': true,
  'int64': true,
  'endpoint': /^(\+?[\d() .-]+|(client|sip|sim|whatsapp):.+)$/,
  'twiml': /^\s*<[^]+>\s*$/,
};

/** What every error of Twilio's looks like; the files do not say it. */
const ERROR = {
  type: 'object',
  properties: {
    code: { type: 'integer', minimum: 10000 },
    message: { type: 'string', minLength: 1 },
    more_info: { type: 'string', pattern: '^https://www\\.twilio\\.com/docs/errors/\\d{5}$' },
    status: { type: 'integer' },
    details: { type: 'object' },
  },
  required: ['code', 'message', 'more_info', 'status'],
  additionalProperties: false,
};

/** The media of recordings and messages: documented, but in no file. */
const MEDIA = /^\/2010-04-01\/Accounts\/AC[0-9a-f]{32}\/(Recordings\/RE[0-9a-f]{32}(\.wav|\.mp3)?|Messages\/MM[0-9a-f]{32}\/Media\/ME[0-9a-f]{32})$/;

/** Null until there is something to say: by their description and Twilio's own examples, not by their schema. */
const NULLABLE = new Set(['reason_conference_ended']);

function newAjv(formats = {}) {
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats(ajv);
  for (const [name, format] of Object.entries({ ...FORMATS, ...formats })) ajv.addFormat(name, format);
  return ajv;
}

const answers = newAjv();
const requests = newAjv({
  // In a request a URL is one that Twilio can open, and a day will do for a moment.
  'uri': (text) => text === '' || /^(https?|sip|wss):/.test(text),
  'date-time': (text) => DATE.test(text) || (DATE.test(text.slice(0, 10)) && !Number.isNaN(Date.parse(text))),
});
const isError = answers.compile(ERROR);

/** One operation of one file. */
class Operation {
  constructor(document, file, route, method, described) {
    Object.assign(this, { document, file, route, id: described.operationId, method: method.toUpperCase(), described });
    const names = [];
    const pattern = route.replace(/[.\\+*?()[\]^$]/g, '\\$&').replace(/\{(\w+)\}/g, (_, name) => {
      names.push(name);
      return '([^/]+?)';
    });
    this.regex = new RegExp(`^${pattern}$`);
    this.names = names;
    this.literals = route.replace(/\{\w+\}/g, '').length;
    this.parameters = [...(document.paths[route].parameters ?? []), ...(described.parameters ?? [])]
      .map((it) => (it.$ref ? this.resolve(it.$ref) : it));
    this.compiled = new Map();
  }

  resolve(ref) {
    return ref.split('/').slice(1).reduce((at, name) => at[name], this.document);
  }

  /** OpenAPI 3.0 as JSON Schema. `exact` objects have every property and no other. */
  schema(from, exact, depth = 0) {
    if (depth > 40) throw new Error(`${this.id}: a schema without end`);
    if (from.$ref) return this.schema(this.resolve(from.$ref), exact, depth + 1);
    const to = { ...from };
    for (const name of ['items', 'additionalProperties', 'not']) {
      if (to[name] && typeof to[name] === 'object') to[name] = this.schema(to[name], exact, depth + 1);
    }
    for (const name of ['oneOf', 'anyOf', 'allOf']) {
      if (to[name]) to[name] = to[name].map((one) => this.schema(one, exact, depth + 1));
    }
    if (to.properties) {
      const properties = Object.entries(to.properties);
      to.properties = Object.fromEntries(properties.map(([name, it]) => {
        const own = this.schema(it, exact, depth + 1);
        return [name, NULLABLE.has(name) ? { anyOf: [own, { type: 'null' }] } : own];
      }));
      if (exact) to.required = Object.keys(to.properties);
      if (to.additionalProperties === undefined) to.additionalProperties = false;
    }
    if (to.format === 'uri-map') to.additionalProperties = { type: 'string' };
    if (to.nullable && to.type) {
      to.type = [to.type, 'null'];
      if (to.enum) to.enum = [...to.enum, null];
    }
    delete to.nullable;
    return to;
  }

  compile(key, ajv, schema) {
    if (!this.compiled.has(key)) this.compiled.set(key, ajv.compile(schema()));
    return this.compiled.get(key);
  }

  /** A path of this operation with made-up SIDs. */
  samplePath(accountSid) {
    return this.route.replace(/\{(\w+)\}/g, (_, name) => {
      if (name === 'AccountSid') return accountSid;
      const pattern = this.parameters.find((it) => it.in === 'path' && it.name === name)?.schema?.pattern;
      const prefix = /^\^?\(?([A-Z]{2})/.exec(pattern ?? '')?.[1];
      return prefix ? prefix + '0'.repeat(32) : 'US';
    });
  }

  /** What is wrong with a request; `sent` is its path's, query's and body's text. */
  requestProblems(pathname, query, body, contentType) {
    const problems = [];
    const values = this.regex.exec(pathname).slice(1).map(decodeURIComponent);
    const inPath = Object.fromEntries(this.names.map((name, index) => [name, values[index]]));
    problems.push(...this.checkParameters('path', inPath));
    problems.push(...this.checkParameters('query', collect(new URLSearchParams(query))));
    const content = this.described.requestBody?.content ?? {};
    if (!body) {
      const form = content['application/x-www-form-urlencoded'];
      if (form?.schema?.required?.length) problems.push(`request body: ${form.schema.required.join(', ')} missing`);
      return problems;
    }
    const type = (contentType ?? '').split(';')[0].trim();
    if (!content[type]) return [...problems, `request body: ${type || 'no content type'} is not ${Object.keys(content).join(' or ') || 'expected'}`];
    const schema = this.schema(content[type].schema, false);
    const value = type === 'application/json' ? JSON.parse(body) : fromForm(collect(new URLSearchParams(body)), schema);
    const check = this.compile(`request ${type}`, requests, () => ({ additionalProperties: false, ...schema }));
    return [...problems, ...failures('request body', check, value)];
  }

  checkParameters(place, sent) {
    const described = this.parameters.filter((it) => it.in === place);
    const check = this.compile(`request ${place}`, requests, () => ({
      type: 'object',
      properties: Object.fromEntries(described.map((it) => [it.name, this.schema(it.schema, false)])),
      required: described.filter((it) => it.required).map((it) => it.name),
      additionalProperties: false,
    }));
    const properties = Object.fromEntries(described.map((it) => [it.name, this.schema(it.schema, false)]));
    return failures(`request ${place}`, check, fromForm(sent, { properties }));
  }

  /** What is wrong with an answer. */
  answerProblems(status, contentType, body, exact = true) {
    if (status >= 400) return errorProblems(status, contentType, body);
    const listed = this.described.responses[String(status)];
    if (!listed) return [`answer: status ${status} is not listed, ${Object.keys(this.described.responses).join(', ')} are`];
    if (!listed.content) return body.length ? [`answer: a body of ${body.length} bytes where none is listed`] : [];
    const type = (contentType ?? '').split(';')[0].trim();
    const schema = listed.content[type]?.schema;
    if (!schema) return [`answer: content type ${type || 'missing'} is not listed`];
    let value;
    try {
      value = JSON.parse(body.toString());
    } catch (error) {
      return [`answer: ${error.message}`];
    }
    const check = this.compile(`answer ${status} ${exact}`, answers, () => this.schema(schema, exact));
    return failures('answer', check, value);
  }
}

function errorProblems(status, contentType, body) {
  if (!/^application\/json/.test(contentType ?? '')) return [`error: content type ${contentType}`];
  const error = JSON.parse(body.toString());
  const problems = failures('error', isError, error);
  if (error.status !== status) problems.push(`error: says status ${error.status}, is ${status}`);
  return problems;
}

function failures(what, check, value) {
  if (check(value)) return [];
  return check.errors.map((it) => {
    const at = it.instancePath + (it.params.additionalProperty ? `/${it.params.additionalProperty}` : '');
    const allowed = it.params.allowedValues ? `: ${it.params.allowedValues.join(', ')}` : '';
    return `${what} ${at || '/'} ${it.message}${allowed}`;
  });
}

/** Each name with its values. */
function collect(pairs) {
  const all = {};
  for (const [name, value] of pairs) (all[name] ??= []).push(value);
  return Object.fromEntries(Object.entries(all).map(([name, values]) => [name, values.length > 1 ? values : values[0]]));
}

/** A form's texts as the types that the schema names, where they can be read as such. */
function fromForm(form, schema) {
  const read = (text, type) => {
    const types = [type].flat();
    if (types.some((it) => it === 'integer' || it === 'number') && /^-?\d+(\.\d+)?$/.test(text)) return Number(text);
    if (types.includes('boolean') && /^(true|false)$/i.test(text)) return /^true$/i.test(text);
    if (types.includes('object')) {
      try { return JSON.parse(text); } catch { return text; }
    }
    return text;
  };
  return Object.fromEntries(Object.entries(form).map(([name, value]) => {
    const described = schema.properties?.[name];
    if (!described) return [name, value];
    if ([described.type].flat().includes('array')) return [name, [value].flat().map((one) => read(one, described.items?.type))];
    return [name, Array.isArray(value) ? value : read(value, described.type)];
  }));
}

/** All operations of the files. */
export class Api {
  constructor(names = FILES) {
    this.operations = names.flatMap((file) => {
      const document = JSON.parse(fs.readFileSync(path.join(files, `twilio_${file}.json`), 'utf8'));
      return Object.entries(document.paths).flatMap(([route, methods]) =>
        METHODS.filter((method) => methods[method])
          .map((method) => new Operation(document, file, route, method, methods[method])));
    });
    // The most literal route first: IncomingPhoneNumbers/Local.json is no {Sid}.json.
    this.byLiterals = [...this.operations].sort((a, b) => b.literals - a.literals);
  }

  find(method, pathname) {
    return this.byLiterals.find((it) => it.method === method && it.regex.test(pathname));
  }

  /** Checks one exchange, or only its request if there is no answer. */
  check({ method, url, body = '', contentType, answer }) {
    const [pathname, query = ''] = url.split('?');
    const operation = this.find(method, pathname);
    if (!operation) {
      if (method === 'GET' && MEDIA.test(pathname)) return { problems: answer ? mediaProblems(answer) : [] };
      const problems = answer?.status >= 400 ? errorProblems(answer.status, answer.contentType, answer.body) : [];
      return { problems: [...problems, `${method} ${pathname} is in none of the files`] };
    }
    // A refused request may be a wrong one: that is what the refusal says.
    const refused = answer?.status >= 400;
    const problems = refused ? [] : operation.requestProblems(pathname, query, body, contentType);
    if (answer) problems.push(...operation.answerProblems(answer.status, answer.contentType, answer.body));
    return { operation, problems };
  }
}

function mediaProblems({ status, contentType, body }) {
  if (status >= 400) return errorProblems(status, contentType, body);
  return /^(audio|image|video|text|application)\//.test(contentType) ? [] : [`media: content type ${contentType}`];
}
