// What a phone keeps, without a browser: sealing, whose it is, the queue and each answer it may get.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { load, memory } from './support/load.mjs'

const phone = await load('held', 'queue', 'seal', 'line')

const HOUR = 3_600_000
const NOW = Date.UTC(2026, 8, 1)
const account = (digit, token = 'token') => ({ owner: `owner-${digit}`, key: digit.repeat(64), token, keep: 72 * HOUR, wait: 720 * HOUR })
const visit = n => ({ key: `command-${n}`, url: `/desk/cases/${n}/record-visit`, title: `登记走访 ${n}` })
const typed = words => [['_csrf', 'old'], ['_command', 'c'], ['words', words]]
const waits = { now: NOW, until: NOW + 720 * HOUR }
const redirected = path => ({ status: 200, redirected: true, path, html: '', policy: '' })
const refused = (status, html) => ({ status, redirected: false, path: '/desk', html, policy: "default-src 'none'" })

async function signedIn (store, digit = 'a') {
  return phone.admit(store, account(digit), NOW)
}

/** Sends what waits; `answers` is asked for each form sent. */
function sending (store, holder, answers) {
  const sent = []
  const post = async (url, body) => {
    sent.push({ url, fields: Object.fromEntries(new URLSearchParams(body)) })
    return answers(url, sent.length)
  }
  return { sent, flush: () => phone.flush({ store, holder, token: 'fresh', post, now: () => NOW, changed: () => {} }) }
}

const states = async (store, owner = 'owner-a') => (await phone.items(store, owner)).map(item => item.state)

/** Everything in the store as bytes and texts, for a search. */
function everything (store) {
  const seen = []
  const walk = value => {
    if (value instanceof ArrayBuffer) seen.push(Buffer.from(value).toString('utf8'))
    else if (ArrayBuffer.isView(value)) seen.push(Buffer.from(value.buffer).toString('utf8'))
    else if (value instanceof Map) for (const one of value.values()) walk(one)
    else if (value && typeof value === 'object' && !(value instanceof CryptoKey)) for (const one of Object.values(value)) walk(one)
    else seen.push(String(value))
  }
  walk(Object.values(store.tables))
  return seen.join('\n')
}

test('what is sealed opens with its key at its place, and only there', async () => {
  const key = await phone.keyOf('a'.repeat(64))
  const other = await phone.keyOf('b'.repeat(64))
  const place = { owner: 'o', table: 'queue', id: '1', part: 'form' }
  const sealed = await phone.seal(key, place, { words: '独居' })
  assert.deepEqual(await phone.unseal(key, place, sealed), { words: '独居' })
  await assert.rejects(phone.unseal(other, place, sealed), 'another key')
  for (const part of Object.keys(place)) {
    await assert.rejects(phone.unseal(key, { ...place, [part]: 'x' }, sealed), `another ${part}`)
  }
  const bytes = new Uint8Array(sealed.bytes)
  for (let at = 0; at < bytes.length; at++) {
    const changed = bytes.slice()
    changed[at] ^= 1
    await assert.rejects(phone.unseal(key, place, { iv: sealed.iv, bytes: changed.buffer }), `byte ${at}`)
  }
  await assert.rejects(crypto.subtle.exportKey('raw', key), 'no script reads the key out')
  assert.throws(() => phone.keyOf('a'.repeat(62)), 'a short key')
})

test('the same words are sealed differently each time', async () => {
  const key = await phone.keyOf('a'.repeat(64))
  const place = { owner: 'o', table: 'queue', id: '1', part: 'form' }
  const [one, two] = [await phone.seal(key, place, 'x'), await phone.seal(key, place, 'x')]
  assert.notDeepEqual(new Uint8Array(one.iv), new Uint8Array(two.iv))
  assert.notDeepEqual(new Uint8Array(one.bytes), new Uint8Array(two.bytes))
})

test('neither words nor addresses nor names lie open in the store', async () => {
  const store = memory()
  const holder = await signedIn(store)
  await phone.device(store)
  const page = { html: '<h1>示例路12弄</h1>', policy: '' }
  await phone.take(store, holder, { url: '/desk/visits/1234567890', title: '走访单', set: 'visits', next: '' }, page, NOW)
  await phone.keep(store, holder, visit(1234567890), typed('独居，无收入'), waits)
  const { flush } = sending(store, holder, () => refused(422, '<p>示例路12弄</p>'))
  await flush()
  const all = everything(store)
  for (const secret of ['示例路', '独居', '1234567890', '走访', 'record-visit', 'command-', 'a'.repeat(64)]) {
    assert.ok(!all.includes(secret), `${secret} lies open`)
  }
  assert.ok(all.includes('owner-a'), 'the search finds what is open')
})

test('every answer of the node is one of five outcomes', () => {
  const of = (status, redirected = false, path = '/desk') => phone.outcome({ status, redirected, path })
  assert.equal(of(200, true, '/desk/cases/1'), 'done')
  assert.equal(of(404, true, '/desk/cases/1'), 'done', 'taken, though the page after it is gone')
  assert.equal(of(200, true, '/sign-in'), 'signed-out')
  assert.equal(of(401), 'signed-out')
  assert.equal(of(409), 'conflict')
  for (const status of [400, 403, 404, 413, 422]) assert.equal(of(status), 'refused', status)
  for (const status of [200, 408, 429, 500, 502, 503]) assert.equal(of(status), 'later', status)
})

test('only what is being sent changes by an answer', () => {
  const outcomes = ['done', 'conflict', 'refused', 'signed-out', 'later']
  assert.deepEqual(outcomes.map(what => phone.next('sending', what)), ['sent', 'conflict', 'refused', 'waiting', 'waiting'])
  for (const state of ['waiting', 'sent', 'conflict', 'refused']) {
    for (const what of outcomes) assert.equal(phone.next(state, what), state)
  }
})

test('forms are sent in order, once each, with a fresh token', async () => {
  const store = memory()
  const holder = await signedIn(store)
  for (const n of [1, 2, 3]) await phone.keep(store, holder, visit(n), typed(`第${n}户`), waits)
  const line = sending(store, holder, () => redirected('/desk/cases/1'))
  assert.equal(await line.flush(), 'done')
  assert.equal(await line.flush(), 'done')
  assert.deepEqual(line.sent.map(one => one.fields.words), ['第1户', '第2户', '第3户'])
  assert.ok(line.sent.every(one => one.fields._csrf === 'fresh' && one.fields._kept === 'yes'))
  assert.deepEqual(await states(store), ['sent', 'sent', 'sent'])
})

test('two runs at a time send nothing twice', async () => {
  const store = memory()
  const holder = await signedIn(store)
  await phone.keep(store, holder, visit(1), typed('一'), waits)
  const line = sending(store, holder, async () => redirected('/desk/cases/1'))
  await Promise.all([line.flush(), line.flush(), line.flush()])
  assert.equal(line.sent.length, 1)
})

test('a cut line stops the run and loses nothing', async () => {
  const store = memory()
  const holder = await signedIn(store)
  for (const n of [1, 2]) await phone.keep(store, holder, visit(n), typed('x'), waits)
  const cut = sending(store, holder, () => { throw new TypeError('Failed to fetch') })
  assert.equal(await cut.flush(), 'later')
  assert.equal(cut.sent.length, 1, 'the second is not tried')
  assert.deepEqual(await states(store), ['waiting', 'waiting'])
})

test('what was being sent when the browser died is sent again under the same command', async () => {
  const store = memory()
  const holder = await signedIn(store)
  const item = await phone.keep(store, holder, visit(1), typed('x'), waits)
  await store.put('queue', { ...(await store.get('queue', item.id)), state: 'sending' })
  const line = sending(store, holder, () => redirected('/desk/cases/1'))
  await line.flush()
  assert.equal(line.sent[0].fields._command, 'c')
  assert.deepEqual(await states(store), ['sent'])
})

test('a conflict and a refusal keep the page and the words, and hold up nobody', async () => {
  const store = memory()
  const holder = await signedIn(store)
  for (const n of [1, 2, 3]) await phone.keep(store, holder, visit(n), typed(`第${n}户`), waits)
  const answers = [refused(409, '两份'), refused(422, '请写明'), redirected('/desk/cases/3')]
  const line = sending(store, holder, (_, n) => answers[n - 1])
  assert.equal(await line.flush(), 'done')
  assert.deepEqual(await states(store), ['conflict', 'refused', 'sent'])
  const [conflict, sentBack] = await phone.items(store, holder.owner)
  assert.deepEqual(await phone.answered(holder, conflict), answers[0])
  assert.deepEqual(await phone.answered(holder, sentBack), answers[1])
  assert.deepEqual((await phone.fields(holder, sentBack)).find(([name]) => name === 'words'), ['words', '第2户'])
  await line.flush()
  assert.equal(line.sent.length, 3, 'neither goes again by itself')
  // The person decides: the form of the conflict's page, with the version it showed.
  await phone.keep(store, holder, visit(1), [...typed('第1户'), ['_version', '9']], waits)
  const again = sending(store, holder, () => redirected('/desk/cases/1'))
  await again.flush()
  assert.deepEqual(again.sent.map(one => one.fields._version), ['9'])
  assert.deepEqual(await states(store), ['sent', 'refused', 'sent'], 'in its old place')
})

test('typed anew while it is on its way: the older answer settles nothing', async () => {
  const store = memory()
  const holder = await signedIn(store)
  await phone.keep(store, holder, visit(1), typed('旧'), waits)
  const line = sending(store, holder, async () => {
    await phone.keep(store, holder, visit(1), typed('新'), waits)
    return redirected('/desk/cases/1')
  })
  await line.flush()
  assert.deepEqual(await states(store), ['waiting'])
  const [item] = await phone.items(store, holder.owner)
  assert.deepEqual((await phone.fields(holder, item)).find(([name]) => name === 'words'), ['words', '新'])
})

test('dropped while it is on its way: it does not come back', async () => {
  const store = memory()
  const holder = await signedIn(store)
  const item = await phone.keep(store, holder, visit(1), typed('x'), waits)
  const line = sending(store, holder, async () => {
    await store.remove('queue', item.id)
    return refused(409, '两份')
  })
  await line.flush()
  assert.deepEqual(await states(store), [])
})

test('signed out: nothing opens; the same account goes on, another sees nothing', async () => {
  const store = memory()
  const holder = await signedIn(store, 'a')
  await phone.take(store, holder, { url: '/desk/visits', title: '走访', set: 'visits', next: '' }, { html: 'x', policy: '' }, NOW)
  await phone.keep(store, holder, visit(1), typed('张'), waits)
  const line = sending(store, holder, () => redirected('/sign-in'))
  assert.equal(await line.flush(), 'signed-out')
  await phone.release(store)
  assert.equal(await phone.held(store, NOW), undefined)
  assert.equal(store.tables.pages.size, 0)
  assert.deepEqual(await states(store), ['waiting'])

  const other = await signedIn(store, 'b')
  assert.deepEqual(await phone.items(store, other.owner), [])
  assert.equal(await phone.has(store, other.owner), false)
  const [sealed] = await phone.items(store, 'owner-a')
  await assert.rejects(phone.fields(other, sealed))
  await assert.rejects(phone.fields({ ...other, owner: 'owner-a' }, sealed))

  const again = await signedIn(store, 'a')
  const back = sending(store, again, () => redirected('/desk/cases/1'))
  await back.flush()
  assert.deepEqual(back.sent.map(one => one.fields.words), ['张'])
})

test('another account takes over: the pages of the first are gone', async () => {
  const store = memory()
  const first = await signedIn(store, 'a')
  await phone.take(store, first, { url: '/desk/visits', title: '走访', set: 'visits', next: '' }, { html: 'x', policy: '' }, NOW)
  const second = await signedIn(store, 'b')
  assert.equal(store.tables.pages.size, 0)
  assert.equal(await phone.page(store, second, '/desk/visits', NOW), undefined)
})

test('what was taken along goes with its time, what waits with its own', async () => {
  const store = memory()
  const holder = await signedIn(store)
  await phone.take(store, holder, { url: '/desk/visits', title: '走访', set: 'visits', next: '' }, { html: 'x', policy: '' }, NOW)
  await phone.keep(store, holder, visit(1), typed('x'), waits)
  const last = NOW + 72 * HOUR
  await phone.expire(store, last - 1)
  assert.ok(await phone.page(store, holder, '/desk/visits', last - 1))
  assert.equal(await phone.page(store, holder, '/desk/visits', last), undefined)
  assert.equal(await phone.held(store, last), undefined)
  await phone.expire(store, last)
  assert.equal(store.tables.pages.size, 0)
  assert.equal(store.tables.queue.size, 1)
  await phone.expire(store, waits.until)
  assert.equal(store.tables.queue.size, 0)
})

test('a set taken anew takes the place of the old one', async () => {
  const store = memory()
  const holder = await signedIn(store)
  for (const [set, url] of [['visits', '/desk/visits'], ['/apply/dibao', '/apply/dibao/income']]) {
    await phone.take(store, holder, { url, title: '', set, next: '' }, { html: url, policy: '' }, NOW)
  }
  await phone.drop(store, holder, 'visits', NOW)
  assert.deepEqual((await phone.heads(store, holder, NOW)).map(one => one.head.url), ['/apply/dibao/income'])
})

test('the queue is bounded, and what is in it may still be changed', async () => {
  const store = memory()
  const holder = await signedIn(store)
  for (let n = 0; n < phone.MOST_ITEMS; n++) {
    await store.put('queue', await phone.keep(memory(), holder, visit(n), typed('x'), waits))
  }
  assert.equal(await phone.keep(store, holder, visit('one more'), typed('x'), waits), undefined)
  assert.ok(await phone.keep(store, holder, visit(3), typed('anew'), waits))
  assert.equal(store.tables.queue.size, phone.MOST_ITEMS)
})

test('an address is the same however its page looks', () => {
  const of = text => phone.address(new URL(text, 'http://linli.test'))
  assert.equal(of('/desk/visits?taken=yes&lang=en'), '/desk/visits')
  assert.equal(of('/apply/dibao/income?for=1&from=check&mode=elder'), '/apply/dibao/income?for=1')
})
