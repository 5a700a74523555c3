// How many SMS a text takes: Twilio's own calculator must count as the simulator does.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import calculator from 'sms-segments-calculator';
import { BOB, OFFICE, Stage } from '../lib/stage.js';

const { SegmentedMessage } = calculator;

let s;
before(async () => {
  s = await Stage.start({ speed: 1000 });
  await s.number();
});
after(() => s.stop());

/** The same numbers in every run: xorshift32. */
let seed = 0x5eed;
function random(below) {
  seed ^= seed << 13;
  seed ^= seed >>> 17;
  seed ^= seed << 5;
  return (seed >>> 0) % below;
}

const GSM = [...'@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCXYZÄÖÑÜ§¿abcxyzäöñüà\n'];
const EXTENSION = [...'^{}\\[~]|€'];
const OTHERS = [...'ç“”’–…ąžЖ漢字'];
const PAIRS = [...'😀🎉👍🚀𝒳'];

/** A text of about this length with these characters, the first the most. */
function text(length, ...alphabets) {
  const pick = () => alphabets[Math.min(random(12) < 8 ? 0 : random(alphabets.length), alphabets.length - 1)];
  return Array.from({ length }, () => { const from = pick(); return from[random(from.length)]; }).join('');
}

const edges = [1, 69, 70, 71, 133, 134, 135, 152, 153, 154, 159, 160, 161, 305, 306, 307, 459, 460, 1600];
const bodies = edges.flatMap((length) => [
  'a'.repeat(length), '€'.repeat(length), '😀'.repeat(Math.min(length, 800)), 'é'.repeat(length), 'ç'.repeat(length),
  `${'a'.repeat(length - 1)}€`, `${'a'.repeat(length - 1)}😀`, `ç${'a'.repeat(Math.max(0, length - 2))}😀`,
]);
for (let more = 0; more < 400; more += 1) {
  const alphabets = [[GSM], [GSM, EXTENSION], [EXTENSION, GSM], [GSM, OTHERS], [OTHERS, PAIRS], [PAIRS, OTHERS, GSM]][more % 6];
  bodies.push(text(1 + random(700), ...alphabets));
}

test(`${bodies.length} texts`, async () => {
  const wanted = bodies.filter((body) => body.trim() !== '');
  const queue = [...wanted];
  const wrong = [];
  await Promise.all(Array.from({ length: 8 }, async () => {
    for (let body; (body = queue.shift()) !== undefined;) {
      const { numSegments } = await s.client.messages.create({ from: OFFICE, to: BOB, body });
      const { segmentsCount } = new SegmentedMessage(body);
      if (Number(numSegments) !== segmentsCount) wrong.push(`${numSegments}, not ${segmentsCount}: ${body.length} ${JSON.stringify(body)}`);
    }
  }));
  assert.deepEqual(wrong, []);
});
