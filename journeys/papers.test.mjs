// Papers from a phone: a resident photographs what is to be handed in, a wrong file costs nothing
// else, and the committee opens the photo only after saying why.

import assert from 'node:assert/strict'
import { deflateSync } from 'node:zlib'
import { after, before, test } from 'node:test'
import { accessible, fits, heading, open, screens, signIn, startBrowser, startDemo, visitor } from './support.mjs'

let demo, browser

before(async () => {
  demo = await startDemo()
  browser = await startBrowser()
})

after(async () => {
  await browser?.close()
  await demo?.stop()
})

/** A PNG of one colour: signature, header, pixels, end (RFC 2083). */
function photo (width, height) {
  const table = Array.from({ length: 256 }, (_, n) => {
    for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1
    return n >>> 0
  })
  const crc = bytes => {
    let c = 0xffffffff
    for (const byte of bytes) c = table[(c ^ byte) & 255] ^ (c >>> 8)
    return (c ^ 0xffffffff) >>> 0
  }
  const chunk = (kind, data) => {
    const body = Buffer.concat([Buffer.from(kind), data])
    const head = Buffer.alloc(4)
    head.writeUInt32BE(data.length)
    const tail = Buffer.alloc(4)
    tail.writeUInt32BE(crc(body))
    return Buffer.concat([head, body, tail])
  }
  const size = Buffer.alloc(13)
  size.writeUInt32BE(width)
  size.writeUInt32BE(height, 4)
  size.set([8, 2, 0, 0, 0], 8)
  const pixels = Buffer.alloc((width * 3 + 1) * height, 120)
  for (let row = 0; row < height; row++) pixels[row * (width * 3 + 1)] = 0
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', size), chunk('IDAT', deflateSync(pixels)), chunk('IEND', Buffer.alloc(0))
  ])
}

const answers = { what: 'residence', for_whom: '某某幼儿园', for_what: '孩子入园登记' }

/** Answers the questions until the page of papers. */
async function toPapers (page) {
  for (let asked = 0; !page.url().endsWith('/papers'); asked++) {
    assert.ok(asked < 20, page.url())
    const id = new URL(page.url()).pathname.split('/').pop()
    const radio = page.locator(`main input[type=radio][value="${answers[id]}"]`)
    if (answers[id] && await radio.count()) await radio.check({ force: true })
    else if (answers[id]) await page.locator(`main [name="${id}"]`).fill(answers[id])
    await page.locator('main form button:not([name]):not([tabindex])').click()
    await page.waitForLoadState()
  }
}

for (const javaScript of [true, false]) {
  const how = javaScript ? 'with JavaScript' : 'without JavaScript'

  test(`a paper is photographed with the phone, ${how}`, async () => {
    const page = await visitor(browser, demo, { javaScript })
    await signIn(page, '以年长居民进入')
    await open(page, '/apply/certificate')
    await page.locator('main form button').first().click()
    await toPapers(page)
    assert.equal(await heading(page), '请传要交的材料')
    assert.equal(await page.locator('#photo-request').getAttribute('capture'), 'environment')
    if (javaScript) {
      await fits(page)
      await accessible(page)
    }
    const html = Buffer.from('<html><script>alert(1)</script></html>')
    await page.locator('#photo-request').setInputFiles({ name: 'IMG_0001.png', mimeType: 'image/png', buffer: photo(3000, 2000) })
    await page.locator('#file-request').setInputFiles({ name: 'page.png', mimeType: 'image/png', buffer: html })
    await page.getByRole('button', { name: '下一步' }).click()
    await page.locator('.govuk-error-summary').getByText('这是网页').waitFor()
    await page.getByText('IMG_0001.jpg').waitFor()
    if (javaScript) await accessible(page)
    await page.getByRole('button', { name: '下一步' }).click()
    assert.equal(await heading(page), '请核对您的答案')
    await page.getByText('已传 1 份').waitFor()
    for (const box of await page.locator('main input[type=checkbox]').all()) await box.check({ force: true })
    await page.getByRole('button', { name: '提交申请' }).click()
    await page.waitForURL(/\/cases\/\d{10}\/receipt$/)
    const number = new URL(page.url()).pathname.split('/')[2]

    const file = await page.request.get(new URL(`/cases/${number}/papers/1`, page.url()).href)
    assert.equal(file.headers()['content-type'], 'image/jpeg')
    assert.match(file.headers()['content-security-policy'], /^sandbox/)
    const kept = await file.body()
    assert.equal(kept.subarray(0, 2).toString('hex'), 'ffd8')

    const desk = await visitor(browser, demo, { screen: screens.desktop, javaScript })
    await signIn(desk, '以居委会工作人员进入')
    await open(desk, `/desk/cases/${number}`)
    await desk.getByText('说明查看理由后可以打开').waitFor()
    await open(desk, `/desk/cases/${number}/papers/1`)
    assert.ok(desk.url().endsWith('/reveal'), 'a reason first')
    await desk.locator('textarea').fill('核对对方的通知')
    await desk.locator('main form button').first().click()
    await desk.getByRole('link', { name: '打开第 1 份' }).waitFor()
  })
}
