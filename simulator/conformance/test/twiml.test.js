// Walks the SDK's type file: each verb, attribute and enum value is executed, or a named warning
// says that it is not. The list is twiml.json; `UPDATE=1 npm test` writes it anew.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { ANN, BOB, OFFICE, Stage } from '../lib/stage.js';
import { elements } from '../lib/twiml-types.js';

const LIST = path.resolve(import.meta.dirname, '../twiml.json');

/** Attributes that change how words sound or how well they are recognised. Here all words are
 * recognised, and a transcript shows them: with their attributes, which can have any value. */
const SOUND = new Set([
  'Say.voice', 'Say.language', 'Gather>Say.voice', 'Gather>Say.language', 'Dial.ringTone',
  'Say>break.strength', 'Gather>Say>break.strength',
  'Gather.enhanced', 'Gather.hints', 'Gather.language', 'Gather.profanityFilter', 'Gather.speechModel',
]);

/** SSML, but for what it adds to the words. */
const isSound = ({ key }) => /Say>(?!break|sub)/.test(key);

let s;
before(async () => {
  s = await Stage.start({ speed: 1000 });
  await s.number();
  await s.behave(BOB, 'busy');
  s.app.on('/end', '<Hangup/>');
  s.app.on('/music', '<Say>music</Say>');
  s.app.on('/voice', (hit) => documents[Number(hit.params.CallerName)] ?? '<Hangup/>');
});
after(() => s.stop());

const documents = [];

/** Runs a document on a call: the warnings and the verbs that ran. */
async function run(document, script = []) {
  const id = documents.push(document) - 1;
  const sid = await s.call(ANN, script, OFFICE, { caller_name: String(id) });
  await s.ended(sid);
  const transcript = await s.transcript(sid);
  return {
    warnings: transcript.filter((it) => it.kind === 'warning').map((it) => ({ code: it.code, message: it.message })),
    verbs: transcript.filter((it) => it.kind === 'verb').map((it) => it.name),
  };
}

/** Many at once, but not all: the machine is shared. */
async function forAll(items, work) {
  const queue = [...items];
  const one = async () => { for (let item; (item = queue.shift()) !== undefined;) await work(item); };
  await Promise.all(Array.from({ length: 16 }, one));
}

const textOf = (parameter) =>
  /url/i.test(parameter) ? `${s.app.url}/end` : /number|phone/i.test(parameter) ? BOB : parameter === 'body' ? '{}' : 'hello';

/** A value that the type allows. */
function good({ name, type, values }) {
  if (values) return values[0];
  if (type === 'boolean') return 'true';
  if (type === 'number' || type === 'number[]') return '3';
  if (/method/i.test(name)) return 'GET';
  if (name === 'waitUrl') return `${s.app.url}/music`;
  if (/(url|action|callback)$/i.test(name)) return `${s.app.url}/end`;
  return { callerId: OFFICE, finishOnKey: '5', digits: '5', sendDigits: '1', to: BOB, from: OFFICE, speechTimeout: '1', time: '1s' }[name] ?? 'x';
}

/** A value that the type does not allow; none for free text. */
function bad({ name, type, values }) {
  if (values || type === 'boolean' || /^number/.test(type)) return 'nonsense';
  return /method$/i.test(name) ? 'PUT' : undefined;
}

/** Whether a warning names something: `Dial@record`, `'record'`, `<Dial>`. */
const names = (warning, name) => warning.message.split(/[^\w:-]+/).includes(name);

/** What a run says of an element: a warning of it, or of one that it is in. */
function ofElement(element, { warnings }) {
  if (warnings.length === 0) return 'executed';
  const named = warnings.find((it) => element.key.split('>').some((name) => names(it, name)));
  assert.ok(named, `${element.key}: no warning names it: ${JSON.stringify(warnings)}`);
  return `warning ${named.code}`;
}

/** The attributes that a run warned of; every warning must name one of those that were set. */
function ofAttributes(element, values, { warnings }) {
  const said = {};
  for (const warning of warnings) {
    const set = Object.keys(values).filter((name) => names(warning, name));
    assert.ok(set.length, `${element.key} ${JSON.stringify(values)}: ${warning.message}`);
    for (const name of set) said[name] = `warning ${warning.code}`;
  }
  return said;
}

test('every verb, attribute and enum value of VoiceResponse.d.ts', { timeout: 60_000 }, async () => {
  const list = {};
  const silent = [];
  const all = elements(textOf);
  let tried = 0;
  await forAll(all, async (element) => {
    const { key, attributes } = element;
    // Who is in a queue, or alone in a conference, waits for ever.
    if (key.startsWith('Enqueue')) element.script = [{ wait_for: 'music' }, { hang_up: true }];
    if (key === 'Dial>Conference') element.script = [{ wait_for: 'music' }, { hang_up: true }];
    const ran = await run(element.build(), element.script);
    list[key] = ofElement(element, ran);
    if (list[key] !== 'executed') {
      // What is skipped is skipped with all of its attributes.
      for (const { name } of attributes) list[`${key}.${name}`] = list[key];
      return;
    }
    assert.ok(ran.verbs.includes(key.split('>')[0]), `${key} neither ran nor warned`);
    const withValues = async (value) => {
      const values = Object.fromEntries(attributes.map((it) => [it.name, value(it)]).filter(([, it]) => it !== undefined));
      return Object.keys(values).length ? ofAttributes(element, values, await run(element.build(values), element.script)) : {};
    };
    const goods = await withValues(good);
    for (const { name } of attributes) list[`${key}.${name}`] = goods[name] ?? 'executed';
    const read = attributes.filter(({ name }) => !goods[name] && !SOUND.has(`${key}.${name}`) && !isSound(element));
    // What is really read has values that it does not take.
    const bads = await withValues(bad);
    for (const it of read) {
      if (bad(it) !== undefined && !bads[it.name]) silent.push(`${key}.${it.name}="${bad(it)}"`);
    }
    // Of the voices and languages a few will do: any is taken.
    const most = Math.max(0, ...read.map((it) => it.values?.length ?? 0), 5);
    for (let index = 0; index < most; index += 1) {
      const said = await withValues((it) => it.values?.[index]);
      for (const { name, values } of attributes) {
        if (values?.[index] === undefined) continue;
        tried += 1;
        const verdict = said[name] ?? 'executed';
        if (verdict !== list[`${key}.${name}`]) list[`${key}.${name}=${values[index]}`] = verdict;
      }
    }
  });
  const counts = Object.values(list).reduce((sum, said) => ({ ...sum, [said]: (sum[said] ?? 0) + 1 }), {});
  console.log(`${all.length} elements, ${Object.keys(list).length - all.length} attributes, ${tried} enum values:`, counts);
  const sorted = Object.fromEntries(Object.entries(list).sort(([a], [b]) => (a < b ? -1 : 1)));
  if (process.env.UPDATE) fs.writeFileSync(LIST, `${JSON.stringify(sorted, null, 1)}\n`);
  assert.deepEqual(silent.sort(), [], 'taken without a word, whatever the value');
  assert.deepEqual(sorted, JSON.parse(fs.readFileSync(LIST, 'utf8')));
});
