// Acceptance steps 2 and 5: the elderly resident applies in elder mode on one-question-a-page
// forms, gets a receipt, follows the case, reads the decision, rates it and does not accept it.
// The whole way is walked with JavaScript on and off.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { accessible, fits, heading, open, picture, screens, signIn, startBrowser, startDemo, visitor } from './support.mjs'

let demo, browser

before(async () => {
  demo = await startDemo()
  browser = await startBrowser()
})

after(async () => {
  await browser?.close()
  await demo?.stop()
})

const elder = '以年长居民进入'
const worker = '以居委会工作人员进入'

/** One question a page: confirms what is filled in and answers what is not. */
class Questions {
  constructor (page, answers) {
    this.page = page
    this.answers = answers
  }

  id () {
    return new URL(this.page.url()).pathname.split('/').pop()
  }

  async answer () {
    const id = this.id()
    const radios = this.page.locator('main input[type=radio]')
    const wanted = this.answers[id]
    if (wanted && await radios.count()) {
      await this.page.locator(`main input[type=radio][value="${wanted}"]`).check({ force: true })
    } else if (wanted) {
      await this.page.locator(`main [name="${id}"]`).fill(wanted)
    }
    await this.page.locator('main form button:not([name]):not([tabindex])').click()
    await this.page.waitForLoadState()
    assert.equal(await this.page.locator('.govuk-error-summary').count(), 0, `${id} was not taken`)
  }

  /** Answers until the check page; gives the questions that were asked. */
  async all (each = async () => {}) {
    const asked = []
    while (this.id() !== 'check') {
      assert.ok(asked.length < 40, `the questions do not end: ${asked}`)
      await each(this.id())
      asked.push(this.id())
      await this.answer()
    }
    return asked
  }
}

/** Ticks every declaration and submits; gives the case number. */
async function submit (page) {
  for (const box of await page.locator('main input[type=checkbox]').all()) {
    assert.equal(await box.isChecked(), false, 'nothing is ticked beforehand')
    await box.check({ force: true })
  }
  await page.getByRole('button', { name: '提交申请' }).click()
  await page.waitForURL(/\/cases\/\d{10}\/receipt$/)
  return new URL(page.url()).pathname.split('/')[2]
}

/** Fills in a form of staff with the first choice and a sentence, until it is taken. */
async function work (page, path) {
  await open(page, path)
  for (let pages = 0; pages < 3 && new URL(page.url()).pathname === path; pages++) {
    for (const group of await page.locator('main fieldset:has(input[type=radio])').all()) {
      if (!(await group.locator('input:checked').count())) await group.locator('input').first().check({ force: true })
    }
    for (const field of await page.locator('main textarea').all()) {
      if (!(await field.inputValue())) await field.fill('已核实，情况属实。')
    }
    await page.locator('main form button:not([name]), main form button[type=submit]').last().click()
    await page.waitForLoadState()
  }
  assert.notEqual(new URL(page.url()).pathname, path, await page.locator('main').innerText())
}

for (const javaScript of [true, false]) {
  const how = javaScript ? 'with JavaScript' : 'without JavaScript'

  test(`the elderly resident applies for 最低生活保障, ${how}`, async () => {
    const page = await visitor(browser, demo, { javaScript })
    await signIn(page, elder)
    await open(page, '/?mode=elder')
    assert.equal(await page.locator('main .l-tile').count(), 6)
    await page.getByRole('link', { name: '全部服务' }).first().click()
    await page.locator('#q').fill('低保')
    await page.getByRole('button', { name: '搜索' }).click()
    await page.locator('main .l-tile').first().click()
    assert.equal(await heading(page), '最低生活保障')
    await page.getByText('无需提交').first().waitFor()
    await page.locator('main a.govuk-button').first().click()
    await page.locator('main form button').first().click()

    const answers = { income_changed: 'no', military_money: 'no', cause: 'cannot_work', bank_account: '6222000000000034', assets: '1000' }
    let filledIn = 0
    const asked = await new Questions(page, answers).all(async () => {
      filledIn += await page.locator('.l-prefilled').count()
      if (javaScript) {
        await fits(page)
        await accessible(page)
      }
    })
    assert.ok(filledIn >= 3, 'what the register knows is filled in')
    assert.ok(!asked.includes('name') && !asked.includes('id_number'), 'nothing is asked twice')

    assert.equal(await heading(page), '请核对您的答案')
    const number = await submit(page)
    const shown = await page.locator('.l-number').innerText()
    assert.match(shown, /^\d{3} \d{3} \d{4}$/)
    assert.equal(shown.replaceAll(' ', ''), number)
    await page.locator('.l-qr svg').waitFor()
    await page.getByText('个工作日').first().waitFor()
    if (javaScript) await picture(page, 'resident-receipt')
    await page.reload()
    assert.equal(await page.locator('.l-number').innerText(), shown, 'safe to reload')

    await open(page, `/cases/${number}`)
    await page.getByText('等待受理').first().waitFor()
    await page.getByText('提交了申请').waitFor()
    page.watched.check()
    await page.context().close()
  })

  test(`an answer outlives an expired sign-in, ${how}`, async () => {
    const page = await visitor(browser, demo, { javaScript })
    await signIn(page, elder)
    await open(page, '/apply/certificate')
    await page.locator('main form button').first().click()
    const at = page.url()
    await page.locator('main input[type=text], main textarea').first().fill('松江区岳阳街道新家路 1 号')
    await page.locator('main form button:not([name]):not([tabindex])').click()
    await page.context().clearCookies({ name: 'linli' })
    await page.goto('/my/cases')
    assert.match(page.url(), /\/sign-in/)
    await signIn(page, elder)
    await page.goto(at)
    assert.equal(await page.locator('main input[type=text], main textarea').first().inputValue(), '松江区岳阳街道新家路 1 号')
    await page.context().close()
  })

  test(`the resident reads the decision, rates it and does not accept it, ${how}`, async () => {
    const page = await visitor(browser, demo, { javaScript })
    await signIn(page, elder)
    await open(page, '/apply/certificate')
    await page.locator('main form button').first().click()
    const questions = new Questions(page, { what: 'residence', for_whom: '学校', for_what: '孙女入学' })
    await questions.all()
    const number = await submit(page)

    const desk = await visitor(browser, demo, { screen: screens.desktop, javaScript })
    await signIn(desk, worker)
    await work(desk, `/desk/cases/${number}/accept`)
    await work(desk, `/desk/cases/${number}/decide`)
    await desk.goto(`/desk/cases/${number}`)
    if (await desk.locator(`a[href="/desk/cases/${number}/deliver"], form[action="/desk/cases/${number}/deliver"]`).count()) {
      await work(desk, `/desk/cases/${number}/deliver`)
    }
    await desk.context().close()

    await open(page, `/cases/${number}`)
    await page.getByRole('heading', { name: '结果和理由' }).waitFor()
    await page.getByText('已核实，情况属实。').first().waitFor()
    const steps = await page.locator('.l-progress__what').allInnerTexts()
    assert.match(steps.at(-1), /提交了申请/, 'newest first')
    if (javaScript) await accessible(page)

    await page.getByRole('link', { name: '评价', exact: true }).click()
    assert.equal(await page.locator('main input:checked').count(), 0, 'nothing is chosen beforehand')
    await page.getByRole('button', { name: '提交评价' }).click()
    await page.getByText('请选一项').first().waitFor()
    await page.getByLabel('非常不满意').check({ force: true })
    await page.getByRole('button', { name: '提交评价' }).click()
    await page.getByText(/工作人员会在 .* 前联系您/).first().waitFor()

    await page.getByRole('link', { name: '不认可这个结果' }).click()
    await page.locator('#words').fill('地址写错了，请再看一次。')
    await page.getByRole('button', { name: '交监督人员' }).click()
    await page.getByText('监督人员处理中').first().waitFor()
    if (javaScript) await picture(page, 'resident-disputed')
    page.watched.check()
    await page.context().close()
  })
}

test('the resident books the counter from the guide, and gives the seat back', async () => {
  const page = await visitor(browser, demo, { screen: screens.phone, javaScript: false })
  await signIn(page, elder)
  await open(page, '/services/elder-allowance')
  await page.locator('main a[href^="/book?service="]').click()
  while (await page.locator('main .l-choices a').count()) {
    await fits(page)
    await page.locator('main .l-choices a').first().click()
  }
  await page.locator('main input[type=radio]').first().check({ force: true })
  await page.locator('main').getByRole('button', { name: '预约' }).click()
  await page.waitForURL(/\/my\/appointments$/)
  await page.getByText('已预约', { exact: false }).first().waitFor()
  await fits(page)
  await picture(page, 'resident-appointments')
  await page.locator('main').getByRole('button', { name: '取消预约' }).first().click()
  await page.getByText('已取消预约').first().waitFor()
  page.watched.check()
  await page.context().close()
})

test('every resident page fits a small phone, a kiosk and a desktop, and axe finds nothing', async () => {
  for (const [name, screen] of Object.entries(screens)) {
    const page = await visitor(browser, demo, { screen })
    await signIn(page, elder)
    const mode = name === 'kiosk' ? 'kiosk' : name === 'phone' ? 'elder' : 'standard'
    await open(page, `/?mode=${mode}`)
    const paths = ['/', '/services', '/services/dibao', '/apply/dibao', '/my/cases', '/my', '/my/messages',
      '/my/appointments', '/book', '/my/looks',
      '/my/mandates', '/my/consents', '/notices', '/lookup', '/verify', '/stats', '/help', '/privacy', '/?lang=en']
    for (const path of paths) {
      await open(page, path)
      await fits(page)
      await accessible(page)
    }
    page.watched.check()
    await page.context().close()
  }
})
