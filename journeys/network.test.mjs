// A committee whose line is cut works on: it files a case, whose receipt says 已存本机. When the line
// is healed the case is at the street and the district, and the receipt says 已达上级. A resident's
// record that the district keeps comes to the committee when it is needed, and not while the line is
// cut.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { accessible, file, fits, open, picture, screens, signIn, startBrowser, startNetwork, visitor } from './support.mjs'

let net
let browser

before(async () => {
  net = await startNetwork()
  browser = await startBrowser()
})

after(async () => {
  await browser?.close()
  await net?.stop()
})

const proof = { address: '永丰街道示例路1号', what: 'residence', for_whom: '学校', for_what: '孙子入学', phone: '10900000001' }

/** Cuts or heals the line above the committee. */
async function line (name) {
  const page = await visitor(browser, { url: net.lines }, { screen: screens.phone })
  await open(page, '/')
  await page.locator('form').last().getByRole('button', { name }).click()
  await page.waitForLoadState()
  await fits(page)
  await accessible(page)
  await picture(page, `network-lines-${name}`)
  await page.context().close()
}

/** Looks again until the page says `words`. */
async function until (page, words) {
  for (let look = 0; look < 60; look++) {
    if (await page.getByText(words).count()) return
    await page.waitForTimeout(500)
    await page.reload()
  }
  assert.fail(`${page.url()} never said ${words}`)
}

/** How many cases with this number a node's list has for the street's officer. */
async function cases (node, number) {
  const page = await visitor(browser, node, { screen: screens.desktop })
  await signIn(page, '街道经办人')
  const answer = await page.goto(`/desk/cases/${number}`)
  await page.context().close()
  return answer.status()
}

test('what was filed while cut off arrives at the street and the district, and its receipt says so', async () => {
  const page = await visitor(browser, net.committee, { screen: screens.desktop })
  await signIn(page, '居委会工作人员')
  await line('断开')
  const number = await file(page, { service: 'certificate', channel: 'counter', authority: 'spoken-at-counter', answers: proof })
  const receipt = page.url()
  await page.getByText('已存本机').waitFor()
  await accessible(page)
  await picture(page, 'network-receipt-here')
  assert.equal(await cases(net.district, number), 404)
  await line('恢复')
  await until(page, '已达上级')
  await picture(page, 'network-receipt-above')
  assert.equal(page.url(), receipt)
  assert.equal(await cases(net.street, number), 200)
  for (let look = 0; look < 60 && await cases(net.district, number) !== 200; look++) await page.waitForTimeout(500)
  assert.equal(await cases(net.district, number), 200)
  page.watched.check()
  await page.context().close()
})

/** Writes down a new telephone number of the `nth` resident of the list. */
async function telephone (page, nth, number) {
  await open(page, '/desk/residents')
  const record = await page.locator('.l-table tbody th a').nth(nth).getAttribute('href')
  await open(page, `${record}/change`)
  await page.locator('select[name=field]').selectOption('person.phone')
  await page.locator('[name=value]').fill(number)
  await page.getByRole('button', { name: '记录', exact: true }).click()
  await page.waitForLoadState()
}

test('a record that the district keeps comes when it is needed, and its form is kept while the line is cut', async () => {
  const page = await visitor(browser, net.committee, { screen: screens.phone, javaScript: false })
  await signIn(page, '居委会工作人员')
  await telephone(page, 0, '10900000021')
  await page.getByText('已记录。').waitFor()
  await line('断开')
  await telephone(page, 1, '10900000022')
  await page.getByText('这份记录由另一个节点保管').first().waitFor()
  assert.equal(await page.locator('[name=value]').inputValue(), '10900000022')
  await fits(page)
  await picture(page, 'network-record-elsewhere')
  await line('恢复')
  // It was asked for, so it comes by itself.
  for (let again = 0; again < 20 && !await page.getByText('已记录。').count(); again++) {
    await page.getByRole('button', { name: '记录', exact: true }).click()
    await page.waitForLoadState()
  }
  await page.getByText('已记录。').waitFor()
  page.watched.check()
  await page.context().close()
})
