// Builds web/dist: one style sheet, one script for every page, one for phones that take things along,
// their service worker, and icons; with hashed names, gzipped copies of each, and manifest.json, which
// the portal reads to find them. Fails when a budget is exceeded.
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import * as esbuild from 'esbuild'
import * as sass from 'sass'

const here = dirname(fileURLToPath(import.meta.url))
const dist = join(here, 'dist')

/** Largest gzipped size of each file, in bytes (ui.md, Budget). */
const budget = { 'app.css': 16 * 1024, 'app.js': 10 * 1024, 'phone.js': 6 * 1024, 'worker.js': 5 * 1024 }

mkdirSync(dist, { recursive: true })
for (const old of readdirSync(dist)) {
  if (old !== '.gitkeep') rmSync(join(dist, old), { recursive: true })
}

const manifest = {}

function emit(name, bytes) {
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 12)
  const dot = name.lastIndexOf('.')
  const hashed = `${name.slice(0, dot)}-${hash}${name.slice(dot)}`
  const packed = gzipSync(bytes, { level: 9 })
  if (budget[name] && packed.length > budget[name]) {
    throw new Error(`${name} is ${packed.length} bytes gzipped; the budget is ${budget[name]}`)
  }
  writeFileSync(join(dist, hashed), bytes)
  writeFileSync(join(dist, `${hashed}.gz`), packed)
  manifest[name] = { file: hashed, sha256: createHash('sha256').update(bytes).digest('base64') }
  console.log(`${hashed}  ${bytes.length} bytes, ${packed.length} gzipped`)
  return `/assets/${hashed}`
}

const css = sass.compile(join(here, 'styles/app.scss'), {
  style: 'expanded',
  loadPaths: [join(here, 'node_modules')],
  quietDeps: true
})
const minified = await esbuild.transform(css.css, {
  loader: 'css',
  minify: true,
  charset: 'utf8',
  target: ['chrome79', 'safari13']
})
const style = emit('app.css', Buffer.from(minified.code))

async function script(name, define = {}) {
  const built = await esbuild.build({
    entryPoints: [join(here, `scripts/${name}.ts`)],
    bundle: true,
    minify: true,
    write: false,
    charset: 'utf8',
    format: 'iife',
    define,
    // Safari 13 knows destructuring but for rare corners that these scripts do not touch.
    supported: { destructuring: true },
    target: ['chrome79', 'safari13']
  })
  return emit(`${name}.js`, Buffer.from(built.outputFiles[0].contents))
}

const shell = [style, await script('app'), await script('phone')]

for (const icon of readdirSync(join(here, 'icons'))) {
  const address = emit(icon, readFileSync(join(here, 'icons', icon)))
  if (icon === 'icon.svg') shell.push(address)
}

// The worker names the files it keeps, so that its bytes change whenever one of them does.
await script('worker', { SHELL: JSON.stringify(shell) })

writeFileSync(join(dist, 'manifest.json'), JSON.stringify(manifest, null, 2) + '\n')
