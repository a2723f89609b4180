// The frame of every page: demo cards, language, elder mode, kiosk, errors; with JavaScript on and
// off, at phone and desktop width.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { accessible, fits, heading, open, picture, screens, signIn, startBrowser, startDemo, visitor } from './support.mjs'

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

for (const javaScript of [true, false]) {
  for (const screen of ['phone', 'desktop']) {
    const how = `${screen}, JavaScript ${javaScript ? 'on' : 'off'}`

    test(`language and elder mode are one tap away and remembered: ${how}`, async () => {
      const page = await visitor(browser, demo, { screen: screens[screen], javaScript })
      await open(page, '/')
      assert.equal(await page.locator('html').getAttribute('lang'), 'zh-CN')
      await picture(page, `shell-home-${screen}`)
      await page.getByRole('link', { name: 'English' }).click()
      await page.locator('html[lang=en]').waitFor()
      await open(page, '/about')
      assert.equal(await page.locator('html').getAttribute('lang'), 'en', 'remembered')
      await page.getByRole('link', { name: '中文' }).click()
      await page.getByRole('link', { name: '长辈版' }).click()
      await page.locator('html.mode-elder').waitFor()
      await open(page, '/')
      await page.locator('html.mode-elder').waitFor()
      await fits(page)
      const size = await page.locator('body').evaluate(body => parseFloat(window.getComputedStyle(body.querySelector('p.govuk-body, .l-tile span')).fontSize))
      assert.ok(size >= 18, `text of ${size}px`)
      for (const button of await page.locator('.govuk-button:visible').all()) {
        const box = await button.boundingBox()
        assert.ok(box.height >= 60, `a target of ${box.height}px`)
      }
      await picture(page, `shell-elder-${screen}`)
      await page.getByRole('link', { name: '标准版' }).click()
      await page.locator('html.mode-standard').waitFor()
      page.watched.check()
      await page.context().close()
    })

    test(`a demo card signs in, and signing out works: ${how}`, async () => {
      const page = await visitor(browser, demo, { screen: screens[screen], javaScript })
      await signIn(page, /居委会工作人员/)
      await page.getByText('您已登录').first().waitFor()
      await picture(page, `shell-desk-${screen}`)
      await page.getByRole('button', { name: '退出登录' }).click()
      await open(page, '/')
      assert.equal(await page.getByText('您已登录').count(), 0)
      page.watched.check()
      await page.context().close()
    })

    test(`errors say what to do: ${how}`, async () => {
      const page = await visitor(browser, demo, { screen: screens[screen], javaScript })
      await open(page, '/no-such-page', 404)
      assert.equal(await heading(page), '没有找到这个页面')
      await page.getByRole('search').getByRole('button').waitFor()
      await fits(page)
      await picture(page, `shell-404-${screen}`)
      await open(page, '/sign-in/staff')
      await page.getByRole('button', { name: '登录' }).click()
      assert.match(await page.title(), /^错误：/)
      await page.getByRole('link', { name: '请填写用户名' }).waitFor()
      await picture(page, `shell-422-${screen}`)
      page.watched.check()
      await page.context().close()
    })
  }
}

test('a page that needs sign-in comes back to itself', async () => {
  const page = await visitor(browser, demo)
  await page.goto('/my')
  assert.match(page.url(), /\/sign-in\?next=%2Fmy/)
  page.watched.check()
  await page.context().close()
})

test('axe finds nothing on the pages of the frame, in every mode', async () => {
  const page = await visitor(browser, demo)
  for (const mode of ['standard', 'elder', 'kiosk']) {
    for (const path of ['/', '/about', '/sign-in', '/sign-in/staff', '/demo', '/log']) {
      await open(page, `${path}?mode=${mode}`)
      await accessible(page)
      await fits(page)
    }
  }
  await page.context().close()
})

test('the kiosk asks after a minute of quiet and erases half a minute later', async () => {
  const page = await visitor(browser, demo, { screen: screens.kiosk })
  await page.clock.install()
  await open(page, '/?mode=kiosk')
  await picture(page, 'shell-kiosk')
  await page.clock.runFor(61_000)
  await page.getByRole('alertdialog').waitFor()
  await picture(page, 'shell-kiosk-idle')
  await page.getByRole('button', { name: '我还在，继续办理' }).click()
  assert.equal(await page.getByRole('alertdialog').isVisible(), false)
  await page.clock.runFor(61_000)
  await page.clock.runFor(31_000)
  await page.getByText('您的内容已从这台机器上清除').waitFor()
  page.watched.check()
  await page.context().close()
})
