// Acceptance step 6 and what needs no account: the look-up by number and phone, the public log, and
// a receipt that proves itself offline.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { fits, open, signIn, startBrowser, startDemo, visitor } from './support.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const bin = process.env.LINLI_BIN ?? join(root, 'target/debug/linli')
let demo, browser, folder, number, phone

before(async () => {
  demo = await startDemo()
  browser = await startBrowser()
  folder = mkdtempSync(join(tmpdir(), 'linli-receipt-'))
  const page = await visitor(browser, demo)
  await signIn(page, '以年长居民进入')
  await open(page, '/my?full=1')
  phone = (await page.locator('.govuk-summary-list__row:has-text("联系电话") dd').first().innerText()).match(/\d{11}/)[0]
  await open(page, '/apply/certificate')
  await page.locator('main form button').first().click()
  const answers = { what: 'residence', for_whom: '学校', for_what: '孙女入学' }
  while (!page.url().endsWith('/check')) {
    const id = new URL(page.url()).pathname.split('/').pop()
    const radio = page.locator(`main input[type=radio][value="${answers[id]}"]`)
    if (await radio.count()) await radio.check({ force: true })
    else if (answers[id]) await page.locator(`main [name="${id}"]`).fill(answers[id])
    await page.locator('main form button:not([name]):not([tabindex])').click()
    await page.waitForLoadState()
  }
  for (const box of await page.locator('main input[type=checkbox]').all()) await box.check({ force: true })
  await page.getByRole('button', { name: '提交申请' }).click()
  await page.waitForURL(/receipt$/)
  number = new URL(page.url()).pathname.split('/')[2]
  const response = await page.request.get(`/cases/${number}/receipt.json`)
  assert.equal(response.status(), 200)
  writeFileSync(join(folder, 'receipt.json'), await response.body())
  await page.context().close()
})

after(async () => {
  await browser?.close()
  await demo?.stop()
  if (folder) rmSync(folder, { recursive: true, force: true })
})

for (const javaScript of [true, false]) {
  test(`number and phone show the case, JavaScript ${javaScript ? 'on' : 'off'}`, async () => {
    const page = await visitor(browser, demo, { javaScript })
    await open(page, `/lookup?number=${number}`)
    await page.locator('#phone').fill('13900000000')
    await page.getByRole('button', { name: '查进度' }).click()
    await page.getByText('编号和电话对不上').first().waitFor()
    await page.locator('#phone').fill(phone)
    await page.getByRole('button', { name: '查进度' }).click()
    await page.waitForURL(`**/lookup/${number}`)
    await page.getByText('等待受理').first().waitFor()
    assert.ok(!(await page.locator('main').innerText()).includes(phone))
    if (javaScript) await fits(page)
    page.watched.check()
    await page.context().close()
  })
}

test('the log is public and signed', async () => {
  const response = await fetch(new URL('/log/checkpoint', demo.url))
  assert.equal(response.status, 200)
  const note = await response.text()
  const [origin, size, hash] = note.split('\n')
  assert.ok(origin.length > 0)
  assert.match(size, /^\d+$/)
  assert.match(hash, /^[A-Za-z0-9+/]{43}=$/)
  assert.match(note, /\n— /)
  const tile = await fetch(new URL(`/log/tile/0/000${Number(size) < 256 ? `.p/${size}` : ''}`, demo.url))
  assert.equal(tile.status, 200)
})

test('a receipt proves itself offline, and a changed one does not', () => {
  const file = join(folder, 'receipt.json')
  const good = spawnSync(bin, ['verify', file], { encoding: 'utf8' })
  assert.equal(good.status, 0, good.stdout + good.stderr)
  const receipt = JSON.parse(readFileSync(file, 'utf8'))
  assert.ok(receipt.entry.includes(number), 'the entry names the case')
  assert.ok(!receipt.entry.includes(phone), 'and holds no personal data')
  receipt.entry = receipt.entry.replace(number, '0000000000')
  writeFileSync(join(folder, 'changed.json'), JSON.stringify(receipt))
  const bad = spawnSync(bin, ['verify', join(folder, 'changed.json')], { encoding: 'utf8' })
  assert.equal(bad.status, 1, bad.stdout + bad.stderr)
})
