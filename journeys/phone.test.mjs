// The phone in a stairwell without a line: a worker takes the visits along, records one, the browser
// is shut and opened again, and when the line is back the record arrives once. A conflict shows both
// versions; signing out erases everything; whoever signs in next sees nothing. A resident fills in an
// application the same way. At 390 px.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { accessible, file, fits, open, phone, picture, screens, signIn, startBrowser, startDemo, visitor } from './support.mjs'

let demo
let browser
const folders = []

before(async () => {
  demo = await startDemo()
  browser = await startBrowser()
})

after(async () => {
  await browser?.close()
  await demo?.stop()
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

const dibao = {
  address: '永丰街道示例路1号',
  'members.0.name': '张三',
  'members.0.relation': '0',
  housing: 'owned',
  income: '500',
  income_changed: 'no',
  assets: '1000',
  military_money: 'no',
  cause: 'cannot_work',
  bank_account: '6222000011112222',
  phone: '10900000001'
}

function folder () {
  const made = mkdtempSync(join(tmpdir(), 'linli-phone-'))
  folders.push(made)
  return made
}

/** A case that waits for a visit, made at a desk of its own; its number. */
async function waiting (nth) {
  const page = await visitor(browser, demo, { screen: screens.desktop })
  await signIn(page, '居委会工作人员')
  const number = await file(page, { service: 'dibao', channel: 'phone', authority: 'phone-call', answers: dibao, nth })
  await open(page, `/desk/cases/${number}`)
  await page.locator('.l-actions').getByRole('button', { name: '受理', exact: true }).click()
  await page.getByText('已办理：受理').waitFor()
  await page.context().close()
  return number
}

/** What the history of a case says, seen from a desk with a line. */
async function history (number) {
  const page = await visitor(browser, demo, { screen: screens.desktop })
  await signIn(page, '居委会工作人员')
  await open(page, `/desk/cases/${number}?tab=history`)
  const text = await page.locator('main').innerText()
  await page.context().close()
  return text
}

/** Somebody at a desk records a visit. */
async function visited (number, words) {
  const desk = await visitor(browser, demo, { screen: screens.desktop })
  await signIn(desk, '居委会工作人员')
  await open(desk, `/desk/cases/${number}/record-visit`)
  await desk.locator('textarea[name=words]').fill(words)
  await desk.locator('main').getByRole('button', { name: '登记走访' }).click()
  await desk.getByText('已办理：登记走访').waitFor()
  await desk.context().close()
}

async function takeAlong (page) {
  await open(page, '/desk/visits')
  await page.getByRole('button', { name: '带上路' }).click()
  await page.getByText('已存到这台手机').waitFor()
}

async function record (page, number, words) {
  await page.goto(`/desk/visits/${number}`)
  await page.getByRole('link', { name: '登记走访' }).click()
  await page.locator('textarea[name=words]').fill(words)
  await page.locator('main').getByRole('button', { name: '登记走访' }).click()
  await page.waitForURL(/\/phone/)
}

/** What lies in the browser's storage, as far as a script of ours can see. */
function stored (page) {
  return page.evaluate(async () => {
    const names = (await indexedDB.databases()).map(one => one.name)
    if (!names.includes('linli-phone')) return { names, caches: await caches.keys(), rows: 0 }
    const db = await new Promise((resolve, reject) => {
      const request = indexedDB.open('linli-phone')
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error)
    })
    let rows = 0
    for (const table of db.objectStoreNames) {
      rows += await new Promise(resolve => {
        const request = db.transaction(table).objectStore(table).count()
        request.onsuccess = () => resolve(request.result)
      })
    }
    db.close()
    return { names, caches: await caches.keys(), rows }
  })
}

test('a visit recorded without a line survives a restart and arrives once', async () => {
  const number = await waiting(2)
  const words = '楼道里没有网，家里情况和申报一致。'
  const profile = folder()
  let page = await phone(demo, profile)
  await signIn(page, '居委会工作人员')
  await takeAlong(page)
  await fits(page)
  await accessible(page)
  await picture(page, 'phone-taken')
  await page.context().setOffline(true)
  await page.goto('/desk/visits')
  await page.getByText('现在没有网').first().waitFor()
  await picture(page, 'phone-visits-offline')
  await page.locator(`a[href="/desk/visits/${number}"]`).click()
  await page.getByText('永丰街道示例路1号').first().waitFor()
  await fits(page)
  await picture(page, 'phone-sheet-offline')
  await record(page, number, words)
  await page.getByText('只在本机').waitFor()
  await fits(page)
  await accessible(page)
  await picture(page, 'phone-waiting')
  await page.goto('/services')
  await page.getByText('现在没有网').first().waitFor()
  await picture(page, 'phone-offline')
  assert.ok(!(await history(number)).includes(words), 'it did not arrive yet')
  await page.context().close()

  page = await phone(demo, profile, { line: false })
  await page.goto('/phone')
  await page.getByText('只在本机').waitFor()
  await page.getByRole('link', { name: '打开' }).click()
  await page.getByText('还没送到的内容').waitFor()
  assert.equal(await page.locator('textarea[name=words]').inputValue(), words, 'what was typed is there')
  await page.context().close()

  page = await phone(demo, profile)
  await page.goto('/phone')
  await page.getByText('已送达').waitFor()
  await picture(page, 'phone-sent')
  await page.reload()
  await page.getByText('已送达').waitFor()
  assert.equal((await history(number)).split(words).length - 1, 1, 'it arrived once')
  page.watched.check()
  await page.context().close()
})

test('a conflict shows both versions, and the person decides', async () => {
  const number = await waiting(3)
  const page = await phone(demo, folder())
  await signIn(page, '居委会工作人员')
  await takeAlong(page)
  await page.context().setOffline(true)
  await record(page, number, '没有人在家，邻居说去看病了。')
  await visited(number, '下午又去了一次，见到了本人。')
  await page.context().setOffline(false)
  await page.getByText('有冲突').waitFor()
  await fits(page)
  await picture(page, 'phone-conflict-list')
  await page.getByRole('link', { name: '打开' }).click()
  await page.getByText('下午又去了一次').waitFor()
  await page.getByText('没有人在家').waitFor()
  await fits(page)
  await accessible(page)
  await picture(page, 'phone-conflict')
  assert.ok(!(await history(number)).includes('没有人在家'), 'nothing was written unseen')
  await page.locator('main form button').click()
  await page.waitForURL(/\/phone\?kept=sent/)
  const told = await history(number)
  assert.ok(told.includes('下午又去了一次') && told.includes('没有人在家'))
  await page.context().close()
})

/** Presses sign-out and answers the question; gives what was asked. */
async function leave (page, answer) {
  const asked = new Promise(resolve => page.once('dialog', async dialog => {
    await dialog[answer]()
    resolve(dialog.message())
  }))
  await page.getByRole('button', { name: '退出登录' }).click()
  return asked
}

test('signing out erases everything, after asking for what has not arrived', async () => {
  const number = await waiting(4)
  const page = await phone(demo, folder())
  await signIn(page, '居委会工作人员')
  await takeAlong(page)
  await page.context().setOffline(true)
  await record(page, number, '还没送到。')
  await visited(number, '同事先登记了。')
  await page.context().setOffline(false)
  await page.getByText('有冲突').waitFor()
  await page.goto('/phone')
  assert.match(await leave(page, 'dismiss'), /还有 1 件没送到/)
  await page.reload()
  await page.getByText('有冲突').waitFor()
  await leave(page, 'accept')
  await page.waitForURL(url => url.pathname === '/')
  assert.deepEqual(await stored(page), { names: [], caches: [], rows: 0 })
  await page.context().setOffline(true)
  await assert.rejects(page.goto(`/desk/visits/${number}`), 'nothing answers for the node any more')
  await page.context().close()
})

test('whoever signs in next sees nothing, and the first goes on afterwards', async () => {
  const number = await waiting(5)
  const words = '换人登录也看不到。'
  const page = await phone(demo, folder())
  await signIn(page, '居委会工作人员')
  await takeAlong(page)
  await page.context().setOffline(true)
  await record(page, number, words)
  await page.context().clearCookies()
  await page.context().setOffline(false)
  await page.goto('/about')
  await page.goto('/phone')
  await page.getByText('都锁着').waitFor()
  assert.equal(await page.locator('[data-l=items] li, [data-l=pages] li').count(), 0)
  await picture(page, 'phone-locked')
  await signIn(page, '街道经办人')
  await page.goto('/phone')
  await page.getByText('都锁着').waitFor()
  assert.equal(await page.locator('[data-l=items] li, [data-l=pages] li').count(), 0)
  await page.context().setOffline(true)
  await page.goto(`/desk/visits/${number}`)
  assert.equal(await page.getByText('永丰街道示例路1号').count(), 0)
  await page.context().setOffline(false)
  assert.ok(!(await history(number)).includes(words))
  await page.context().clearCookies()
  await signIn(page, '居委会工作人员')
  await page.goto('/phone')
  await page.getByText('已送达').waitFor()
  assert.equal((await history(number)).split(words).length - 1, 1)
  await page.context().close()
})

test('a resident goes on with an application without a line', async () => {
  const page = await phone(demo, folder())
  await signIn(page, '居民')
  await open(page, '/apply/dibao?mode=standard')
  await page.locator('main').getByRole('button').first().click()
  await page.getByRole('button', { name: '存到这台手机' }).click()
  await page.getByText('已存到这台手机').waitFor()
  await fits(page)
  await accessible(page)
  await picture(page, 'phone-draft-taken')
  await page.context().setOffline(true)
  await page.goto('/apply/dibao/income_changed')
  await page.locator('input[name=income_changed][value=no]').check({ force: true })
  await picture(page, 'phone-draft-offline')
  await page.locator('main').getByRole('button', { name: '下一步' }).last().click()
  await page.waitForURL(url => url.pathname !== '/apply/dibao/income_changed')
  assert.match(new URL(page.url()).pathname, /^\/apply\/dibao\//, 'on to the next question')
  await page.goto('/phone')
  await page.getByText('只在本机').waitFor()
  await page.context().setOffline(false)
  await page.getByText('已送达').waitFor()
  await open(page, '/apply/dibao/income_changed')
  assert.ok(await page.locator('input[name=income_changed][value=no]').isChecked())
  await page.context().close()
})

test('the app can be installed', async () => {
  const page = await phone(demo, folder())
  await signIn(page, '居委会工作人员')
  await takeAlong(page)
  const session = await page.context().newCDPSession(page)
  const { url, errors, data } = await session.send('Page.getAppManifest')
  assert.match(url, /app\.webmanifest\?for=visits$/)
  assert.deepEqual(errors, [])
  assert.equal(JSON.parse(data).start_url, '/desk/visits')
  const { installabilityErrors } = await session.send('Page.getInstallabilityErrors')
  assert.deepEqual(installabilityErrors, [])
  await page.context().close()
})
