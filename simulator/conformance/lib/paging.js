// The SDK's ways to read a list, all of which must give the same.
import assert from 'node:assert/strict';

/** Reads a list of `count` items by pages of two, in every way; each item comes once. */
export async function everyPage(list, filter, count) {
  const sids = (items) => items.map((it) => it.sid ?? it.callSid);
  const all = sids(await list.list(filter));
  assert.equal(all.length, count);
  assert.equal(new Set(all).size, count);
  assert.deepEqual(sids(await list.list({ ...filter, pageSize: 2 })), all);
  assert.deepEqual(sids(await list.list({ ...filter, limit: 3, pageSize: 2 })), all.slice(0, 3));

  const each = await new Promise((resolve, reject) => {
    const seen = [];
    list.each({ ...filter, pageSize: 2, callback: (item) => seen.push(item.sid ?? item.callSid), done: (error) => (error ? reject(error) : resolve(seen)) });
  });
  assert.deepEqual(each, all);

  const pages = [];
  let page = await list.page({ ...filter, pageSize: 2 });
  assert.equal(page.previousPageUrl, undefined);
  for (; page; page = await page.nextPage()) {
    pages.push(sids(page.instances));
    page.last = true;
    if (!page.nextPageUrl) break;
  }
  assert.deepEqual(pages.flat(), all);
  for (let before = pages.length - 2; before >= 0; before -= 1) {
    page = await page.previousPage();
    assert.deepEqual(sids(page.instances), pages[before]);
  }
  const second = await list.page({ ...filter, pageSize: 2, pageNumber: 1 });
  assert.deepEqual(sids(second.instances), pages[1] ?? []);
}
