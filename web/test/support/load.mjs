// Loads a script of ours as a module, and gives it a store in memory.

import { fileURLToPath } from 'node:url'
import * as esbuild from 'esbuild'

/** The exports of `names`, all from one bundle, so that they share what they import. */
export async function load (...names) {
  const contents = names.map(name => `export * from './${name}'`).join('\n')
  const resolveDir = fileURLToPath(new URL('../../scripts/phone/', import.meta.url))
  const built = await esbuild.build({ stdin: { contents, resolveDir, loader: 'ts' }, bundle: true, format: 'esm', write: false })
  const text = Buffer.from(built.outputFiles[0].contents).toString('base64')
  return import(`data:text/javascript;base64,${text}`)
}

/** As IndexedDB: what is put is copied. */
export function memory () {
  const tables = { meta: new Map(), pages: new Map(), queue: new Map() }
  return {
    tables,
    get: async (table, id) => structuredClone(tables[table].get(id)),
    all: async table => structuredClone([...tables[table].values()]),
    put: async (table, row) => { tables[table].set(row.id, structuredClone(row)) },
    remove: async (table, id) => { tables[table].delete(id) },
    clear: async table => { tables[table].clear() }
  }
}
