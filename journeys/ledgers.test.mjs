// A committee's ledger brings in one person twice; the worker finds the pair, compares both records
// for a purpose, merges them, and parts them again. With JavaScript on and off, at desktop and phone
// width.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { accessible, fits, open, picture, screens, signIn, startBrowser, startDemo, visitor } from './support.mjs'

let demo
let browser

before(async () => {
  demo = await startDemo()
  browser = await startBrowser()
})

after(async () => {
  await browser?.close()
  await demo?.stop()
})

/** Puts two rows of one person, whose name was typed once with another character, into the register. */
async function importTwice (page, [name, other], phone) {
  const ledger = `姓名,出生日期,联系电话\r\n${name},1948-01-01,${phone}\r\n${other},1948-01-01,${phone}\r\n`
  await open(page, '/desk/import')
  await page.locator('#file').setInputFiles({ name: '台账.csv', mimeType: 'text/csv', buffer: Buffer.from(ledger) })
  await page.getByRole('button', { name: '上传并核对列' }).click()
  await page.waitForURL(/\/desk\/import\/[0-9a-f-]+$/)
  await page.locator('main form').first().locator('button').first().click()
  await page.waitForURL(/\/preview$/)
  await page.getByRole('button', { name: '导入 2 行' }).click()
  await page.waitForURL(/\/desk\/imports\//)
  while (await page.getByRole('status').count()) await page.reload()
}

const walks = [
  { screen: 'desktop', javaScript: true, names: ['欧阳建国', '欧阳健国'], phone: '10900009101' },
  { screen: 'phone', javaScript: false, names: ['司徒丽华', '司徒莉华'], phone: '10900009102' }
]

for (const { screen, javaScript, names, phone } of walks) {
  test(`a person registered twice is merged and parted, ${screen}, ${javaScript ? 'with' : 'without'} JavaScript`, async () => {
    const page = await visitor(browser, demo, { screen: screens[screen], javaScript })
    const seen = async name => {
      await fits(page)
      if (javaScript) await accessible(page)
      await picture(page, `merge-${name}-${screen}`)
    }
    await signIn(page, '居委会工作人员')
    await importTwice(page, names, phone)
    await open(page, '/desk/residents')
    await page.getByRole('link', { name: '疑似重复' }).click()
    const masked = `${names[0][0]}**${names[0].slice(-1)}`
    const row = page.locator('.l-table tbody tr').filter({ hasText: masked })
    await row.filter({ hasText: '姓名同音' }).first().waitFor()
    await seen('list')
    await row.first().locator('a').first().click()
    await page.getByText('信息已遮盖').waitFor()
    assert.equal(await page.getByText(phone).count(), 0)
    await seen('masked')
    await page.locator('#purpose').fill('核对是不是重复登记')
    await page.getByRole('button', { name: '查看全部并记录' }).click()
    await page.getByText(phone).first().waitFor()
    await page.locator('input[name=survivor][value=right]').check({ force: true })
    await page.locator('input[name="person.name"][value=left]').check({ force: true })
    await page.locator('#words').fill('打电话核对过，同一人')
    await seen('beside')
    await page.getByRole('button', { name: '合并', exact: true }).click()
    await page.getByText('已合并。').waitFor()
    await page.getByText('这份记录并入过另外 1 份').waitFor()
    await seen('record')
    await page.getByRole('link', { name: '拆分' }).click()
    await page.locator('#words').fill('是两个人')
    await seen('part')
    await page.getByRole('button', { name: '拆分', exact: true }).click()
    await page.getByText('已拆分。').waitFor()
    await open(page, '/desk/residents/duplicates')
    await page.locator('.l-table tbody tr').filter({ hasText: masked }).first().waitFor()
    page.watched.check()
    await page.context().close()
  })
}
