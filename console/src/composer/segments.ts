/**
 * How many segments a text is billed as.
 *
 * <https://www.twilio.com/docs/glossary/what-sms-character-limit>
 */

/** The alphabet of GSM 03.38, of which each character is one septet. */
const BASIC =
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/** Its extension: two septets each. */
const EXTENDED = "\f^{}\\[~]|€";

export interface Segments {
  count: number;
  /** How many characters fit before another segment is needed; in UCS-2, UTF-16 units. */
  left: number;
  encoding: "GSM-7" | "UCS-2";
}

export function segments(text: string): Segments {
  const isGsm = [...text].every((character) => BASIC.includes(character) || EXTENDED.includes(character));
  const [alone, together] = isGsm ? [160, 153] : [70, 67];
  const encoding = isGsm ? "GSM-7" : "UCS-2";
  const units = isGsm ? [...text].map((character) => (BASIC.includes(character) ? 1 : 2)) : graphemes(text);
  const length = units.reduce((sum, unit) => sum + unit, 0);
  if (length <= alone) return { count: length ? 1 : 0, left: alone - length, encoding };
  // No character is cut in two, so a segment may end early.
  let count = 1;
  let used = 0;
  for (const unit of units) {
    if (used + unit > together) {
      count += 1;
      used = 0;
    }
    used += unit;
  }
  return { count, left: together - used, encoding };
}

/** The UTF-16 units of each character as a reader sees it. */
function graphemes(text: string): number[] {
  return [...new Intl.Segmenter().segment(text)].map(({ segment }) => segment.length);
}
