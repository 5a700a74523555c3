/** One page of a list, and what leads to the next; `null` on the last. */
export interface Page<T> {
  items: T[];
  next: string | null;
}

/** The most items that a page has. */
export const PAGE = 100;
