// Acceptance steps 3 and 4: the committee worker files for a visitor and for a caller, takes a case,
// asks for a paper, visits, passes it on; the street officer checks, reviews, posts the notice,
// waits it out, decides with reasons, and refuses another by a clause. With JavaScript on and off,
// at desktop and phone width.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { accessible, file, fits, open, picture, screens, signIn, startBrowser, startDemo, visitor } from './support.mjs'

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

/** Presses the button or link of an act on the case page; a form, when there is one, is filled. */
async function act (page, number, name, fill) {
  await open(page, `/desk/cases/${number}`)
  const actions = page.locator('.l-actions')
  await actions.getByRole(fill ? 'link' : 'button', { name, exact: true }).click()
  if (fill) {
    await fill(page)
    await page.locator('main').getByRole('button', { name, exact: true }).click()
  }
  await page.waitForURL(url => url.pathname === `/desk/cases/${number}`)
  await page.getByText(`已办理：${name}`).waitFor()
}

async function write (page, words) {
  await page.locator('textarea[name=words]').fill(words)
}

const proof = { address: '永丰街道示例路1号', what: 'residence', for_whom: '学校', for_what: '孙子入学', phone: '10900000001' }
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

for (const javaScript of [true, false]) {
  const screen = javaScript ? 'desktop' : 'phone'
  const how = `${screen}, JavaScript ${javaScript ? 'on' : 'off'}`
  let number

  test(`the committee worker files for a visitor and for a caller: ${how}`, async () => {
    const page = await visitor(browser, demo, { screen: screens[screen], javaScript })
    await signIn(page, '居委会工作人员')
    await picture(page, `staff-queue-${screen}`)
    await fits(page)
    await file(page, { service: 'certificate', channel: 'counter', authority: 'spoken-at-counter', answers: proof })
    await picture(page, `staff-receipt-${screen}`)
    await page.getByRole('link', { name: '登记下一位' }).click()
    number = await file(page, { service: 'dibao', channel: 'phone', authority: 'phone-call', answers: dibao, nth: 1 })
    if (javaScript) await accessible(page)
    page.watched.check()
    await page.context().close()
  })

  test(`the committee worker works the case and passes it on: ${how}`, async () => {
    const page = await visitor(browser, demo, { screen: screens[screen], javaScript })
    await signIn(page, '居委会工作人员')
    await page.locator(`a[href="/desk/cases/${number}"]`).first().waitFor()
    await act(page, number, '领取')
    await act(page, number, '受理')
    await page.getByText('个工作日').first().waitFor()
    await picture(page, `staff-case-${screen}`)
    await fits(page)
    if (javaScript) await accessible(page)
    await act(page, number, '告知补正', async form => {
      await form.locator('input[name=papers][value=tenancy]').check({ force: true })
      await write(form, '请带房屋租赁合同到窗口，原件看过就还您。')
      await picture(form, `staff-supplement-${screen}`)
    })
    await page.getByText('补正中').first().waitFor()
    await act(page, number, '登记补正', async form => {
      await form.locator('input[name=channel][value=counter]').check({ force: true })
      await form.locator('input[name=papers][value=tenancy]').check({ force: true })
    })
    await act(page, number, '登记走访', form => write(form, '两人上门，独居，家里情况和申报一致。'))
    await act(page, number, '上报', form => write(form, '材料齐全，请审核。'))
    await open(page, `/desk/cases/${number}?tab=history`)
    await page.getByText('材料齐全，请审核。').waitFor()
    await picture(page, `staff-history-${screen}`)
    page.watched.check()
    await page.context().close()
  })

  test(`what is personal shows only after a reason: ${how}`, async () => {
    const page = await visitor(browser, demo, { screen: screens[screen], javaScript })
    await signIn(page, '街道经办人')
    await open(page, `/desk/cases/${number}`)
    assert.equal(await page.getByText('6222000011112222').count(), 0)
    await page.getByRole('link', { name: '查看全部信息' }).click()
    await page.getByRole('button', { name: '查看并记录' }).click()
    await page.getByRole('link', { name: '请写明为什么需要查看' }).waitFor()
    await write(page, '核对银行账号')
    await page.getByRole('button', { name: '查看并记录' }).click()
    await page.getByText('6222000011112222').waitFor()
    await page.getByRole('button', { name: '遮盖起来' }).click()
    assert.equal(await page.getByText('6222000011112222').count(), 0)
    page.watched.check()
    await page.context().close()
  })

  test(`the street officer reviews, posts the notice and decides: ${how}`, async () => {
    const page = await visitor(browser, demo, { screen: screens[screen], javaScript })
    await signIn(page, '街道经办人')
    await act(page, number, '领取')
    await act(page, number, '登记核对', async form => {
      await form.locator('select[name=check]').selectOption('income')
      await form.locator('input[name=outcome][value=agrees]').check({ force: true })
      await write(form, '与申报一致。')
    })
    await act(page, number, '审核', async form => {
      await form.locator('input[name=opinion][value=grant]').check({ force: true })
      await write(form, '符合条件。')
    })
    await act(page, number, '张贴公示', async form => {
      await form.locator('[name=amount_fen]').fill('1200')
      await form.locator('[name=people]').fill('1')
      await form.locator('main').getByRole('button', { name: '张贴公示', exact: true }).click()
      await form.getByText('¥1,200.00').waitFor()
      await picture(form, `staff-notice-${screen}`)
    })
    await open(page, '/demo')
    await page.getByRole('button', { name: '往前拨 7 天' }).click()
    await page.getByRole('button', { name: '往前拨 1 天' }).click()
    await signIn(page, '街道经办人')
    await open(page, `/desk/cases/${number}`)
    const end = page.locator('.l-actions').getByRole('button', { name: '公示期满', exact: true })
    // The demo lets what has run out run out; when it has done so already, there is nothing to press.
    if (await end.count()) await act(page, number, '公示期满')
    await open(page, `/desk/cases/${number}/decide`)
    await page.locator('input[name=outcome][value=grant]').check({ force: true })
    await page.getByRole('button', { name: '下一步' }).click()
    await page.locator('[name=amount_fen]').fill('1200')
    await write(page, '家庭月收入低于标准，按差额给付。')
    await picture(page, `staff-decide-${screen}`)
    await page.locator('main').getByRole('button', { name: '决定', exact: true }).click()
    await page.getByText('已办理：决定').waitFor()
    const letter = await page.request.get(`/desk/cases/${number}/letter.pdf`)
    assert.equal(letter.status(), 200)
    assert.equal((await letter.body()).subarray(0, 5).toString(), '%PDF-')
    page.watched.check()
    await page.context().close()
  })

  test(`a refusal quotes its clause and says how to appeal: ${how}`, async () => {
    const page = await visitor(browser, demo, { screen: screens[screen], javaScript })
    await signIn(page, '居委会工作人员')
    const refused = await file(page, { service: 'certificate', channel: 'counter', authority: 'written', answers: proof, nth: 2 })
    await act(page, refused, '受理')
    await act(page, refused, '登记核对', async form => {
      await form.locator('select[name=check]').selectOption('address')
      await form.locator('input[name=outcome][value=differs]').check({ force: true })
      await write(form, '登记地址不在本居委会。')
    })
    await open(page, `/desk/cases/${refused}/decide?outcome=refuse`)
    await page.getByText('救济途径').waitFor()
    await page.locator('input[name=ground]').first().check({ force: true })
    await write(page, '登记地址不在本居委会辖区。')
    await picture(page, `staff-refuse-${screen}`)
    await page.locator('main').getByRole('button', { name: '决定', exact: true }).click()
    await page.getByText('已办理：决定').waitFor()
    assert.equal((await page.request.get(`/desk/cases/${refused}/letter.pdf`)).status(), 200)
    page.watched.check()
    await page.context().close()
  })

  test(`two on one case: the second write sees both versions: ${how}`, async () => {
    const one = await visitor(browser, demo, { screen: screens[screen], javaScript })
    await signIn(one, '居委会工作人员')
    const shared = await file(one, { service: 'certificate', channel: 'counter', authority: 'written', answers: proof, nth: 3 })
    const other = await visitor(browser, demo, { screen: screens[screen], javaScript })
    await signIn(other, '居委会工作人员')
    await open(other, `/desk/cases/${shared}/ask-supplement`)
    await act(one, shared, '受理')
    await other.locator('input[name=papers]').first().check({ force: true })
    await write(other, '请带来对方单位的要求。')
    await other.locator('main').getByRole('button', { name: '告知补正', exact: true }).click()
    await other.getByRole('heading', { name: '别人刚刚改过这一件' }).waitFor()
    await other.getByText('请带来对方单位的要求。').first().waitFor()
    await picture(other, `staff-conflict-${screen}`)
    await other.getByRole('button', { name: '仍要办理' }).click()
    await other.getByText('已办理：告知补正').waitFor()
    await one.context().close()
    await other.context().close()
  })
}

test('the box finds a resident from any page, for a purpose, and a service by its pinyin', async () => {
  const page = await visitor(browser, demo, { screen: screens.desktop })
  await signIn(page, '居委会工作人员')
  await open(page, '/desk/residents')
  const surname = (await page.locator('.l-table tbody th a').first().innerText()).slice(0, 1)
  await page.keyboard.press('/')
  await page.keyboard.type(surname)
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/desk\/search\?s=/)
  assert.ok(!page.url().includes(encodeURIComponent(surname)), 'what was typed stands in no address')
  // A demo that has just begun may still be making its index.
  while (await page.getByText('检索目录正在建立').count()) await page.reload()
  await page.getByText('要看是谁，请写明用途').first().waitFor()
  await page.locator('#purpose').fill('核对电话')
  await page.getByRole('button', { name: '写明用途并查看' }).click()
  await page.locator('.l-table tbody th a').first().waitFor()
  await fits(page)
  await accessible(page)
  await picture(page, 'staff-search')
  await page.locator('#text').fill('dibao')
  await page.locator('main').getByRole('button', { name: '检索' }).click()
  await page.locator('main a[href="/services/dibao"]').waitFor()
  page.watched.check()
  await page.context().close()
})

test('supervisor, auditor, district officer and administrator each find their work', async () => {
  const page = await visitor(browser, demo, { screen: screens.desktop })
  for (const [role, path] of [
    ['居委会工作人员', '/desk/messages'], ['街道经办人', '/desk/counters'],
    ['监督人员', '/desk/supervision'], ['审计', '/desk/audit'], ['区民政局经办人', '/desk/places'], ['安全管理员', '/desk/admin']
  ]) {
    await signIn(page, role)
    await open(page, path)
    await fits(page)
    await accessible(page)
    await picture(page, `staff-${path.split('/').pop()}`)
  }
  page.watched.check()
  await page.context().close()
})
