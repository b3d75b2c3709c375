import { createWriteStream } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import * as Y from 'yjs'
import { schema, toJson, toText } from '../../../server/documents/content.ts'
import { toHtml } from '../../../shared/document/content-html.ts'
import { readPageState } from '../page-state.ts'
import type { ClientIndex, RunRecord } from '../record.ts'
import type { ReplayReport } from '../trace/replay-report.ts'

/**
 * Writes everything that a run left behind into a directory, which is made: `clients/*.log`, `documents/*` (as Yjs
 * update, XML, HTML and text), `server.log` and `record.json`.
 */
export async function writeArtifacts(directory: string, record: RunRecord): Promise<void> {
  await mkdir(join(directory, 'clients'), { recursive: true })
  await mkdir(join(directory, 'documents'), { recursive: true })
  for (const [client, { name }] of record.clients.entries())
    await write(join(directory, 'clients', `${toFileName(name)}.log`), clientLog(record, client))
  const names = record.checkpoints.map(
    ({ page, reason }, place) =>
      `${String(place).padStart(3, '0')} ${record.pages[page]?.title ?? page} ${reason}`,
  )
  for (const [place, { state }] of record.checkpoints.entries())
    if (state !== null)
      await writeDocument(join(directory, 'documents', toFileName(names[place] ?? '')), state)
  await writeServerLog(directory, record.serverOutput)
  await write(join(directory, 'record.json'), recordJson(record, names))
}

/** Writes what a server printed into a directory, which is made: `server.log`. */
export async function writeServerLog(directory: string, output: string): Promise<void> {
  await mkdir(directory, { recursive: true })
  await writeFile(join(directory, 'server.log'), output)
}

/** Writes what a replay left behind into a directory, which is made: `documents/*.txt`, `server.log` and `report.json`. */
export async function writeReplayArtifacts(
  directory: string,
  report: ReplayReport,
  expected: string,
  serverOutput: string,
): Promise<void> {
  const documents = join(directory, 'documents')
  await mkdir(documents, { recursive: true })
  await writeFile(join(documents, 'end-of-the-trace.txt'), expected)
  for (const { who, text } of report.texts) await writeFile(join(documents, `${toFileName(who)}.txt`), text)
  await writeServerLog(directory, serverOutput)
  const texts = report.texts.map(({ text, ...rest }) => ({ ...rest, characters: text.length }))
  await writeFile(join(directory, 'report.json'), `${JSON.stringify({ ...report, texts }, null, 2)}\n`)
}

/** A piece at a time: the record of a long run is longer than a string can be. */
function write(file: string, pieces: Iterable<string>): Promise<void> {
  return pipeline(Readable.from(pieces), createWriteStream(file))
}

async function writeDocument(path: string, state: Uint8Array): Promise<void> {
  await writeFile(`${path}.yjs`, state)
  const doc = new Y.Doc()
  try {
    Y.applyUpdate(doc, state)
    await writeFile(`${path}.xml`, `${readPageState(doc).xml}\n`)
    await writeFile(`${path}.txt`, `${toText(doc)}\n`)
    await writeFile(`${path}.html`, renderHtml(doc))
  } finally {
    doc.destroy()
  }
}

/** What a broken server left may not fit the schema: then the reason stands there instead. */
function renderHtml(doc: Y.Doc): string {
  try {
    return `<!doctype html>\n<meta charset="utf-8">\n${toHtml(schema.nodeFromJSON(toJson(doc)))}\n`
  } catch (error) {
    return `<!doctype html>\n<meta charset="utf-8">\n<p>This page does not fit the document schema; see the .xml beside it.</p>\n<!-- ${String(error).replaceAll('--', '')} -->\n`
  }
}

/** All that one client did and met, one line each, by the run's own clock. */
function clientLog(record: RunRecord, client: ClientIndex): string[] {
  const { edits, connections, rights, requests, facts, pages, faults } = record
  const lines: { readonly at: number; readonly text: string }[] = []
  const note = (at: number | null, text: string) => {
    if (at !== null) lines.push({ at, text })
  }
  const titleOf = (page: number | null) => (page === null ? '' : (pages[page]?.title ?? ''))
  for (const edit of edits) {
    if (edit.client !== client) continue
    const name = `edit ${edit.number} (${edit.behaviour}) on ${titleOf(edit.page)}`
    note(edit.madeAt, `made ${name}${edit.marks.length === 0 ? '' : ` ${JSON.stringify(edit.marks)}`}`)
    note(edit.sentAt, `sent ${name}`)
    note(edit.ackedAt, `acknowledged ${name}`)
    note(edit.refusedAt, `refused ${name}`)
    note(edit.seenAt, `seen by another ${name}`)
  }
  for (const { at, transport, page, state, reason, ours, ...each } of connections)
    if (each.client === client)
      note(
        at,
        `${transport} ${titleOf(page)} ${state}${ours ? ' by us' : ''}${reason === '' ? '' : `: ${reason}`}`,
      )
  for (const { page, way, to, askedAt, answeredAt, effectAt, ...each } of rights) {
    if (each.client !== client) continue
    note(askedAt, `rights on ${titleOf(page)}: ${way} to ${to} asked`)
    note(answeredAt, `rights on ${titleOf(page)}: ${way} to ${to} answered`)
    note(effectAt, `rights on ${titleOf(page)}: ${way} to ${to} in effect`)
  }
  for (const { name, payload, askedAt, answeredAt, answer, ...each } of requests) {
    if (each.client !== client) continue
    note(askedAt, `asks ${name} ${JSON.stringify(payload)}`)
    note(answeredAt, `answer to ${name} ${JSON.stringify(answer)}`)
  }
  for (const { at, name, payload, ...each } of facts)
    if (each.client === client) note(at, `hears ${name} ${JSON.stringify(payload)}`)
  for (const { title, beganAt, endedAt } of faults) {
    note(beganAt, `--- ${title}`)
    note(endedAt, `--- over: ${title}`)
  }
  return lines.sort((a, b) => a.at - b.at).map(({ at, text }) => `${at.toFixed(1).padStart(10)}  ${text}\n`)
}

/** The record as JSON, with file names instead of documents and of the server's output. */
function* recordJson(record: RunRecord, documents: readonly string[]): Generator<string> {
  const plain = {
    ...record,
    serverOutput: 'server.log',
    checkpoints: record.checkpoints.map((checkpoint, place) => ({
      ...checkpoint,
      state: checkpoint.state === null ? null : `documents/${toFileName(documents[place] ?? '')}.yjs`,
    })),
  }
  let separator = '{\n'
  for (const [key, value] of Object.entries(plain)) {
    yield `${separator}${JSON.stringify(key)}: `
    separator = ',\n'
    if (!Array.isArray(value)) yield JSON.stringify(value)
    else {
      yield '['
      for (const [place, item] of value.entries())
        yield `${place === 0 ? '\n' : ',\n'}${JSON.stringify(item)}`
      yield ']'
    }
  }
  yield '\n}\n'
}

const toFileName = (name: string) => name.replaceAll(/[^\p{L}\p{N}.]+/gu, '-')
