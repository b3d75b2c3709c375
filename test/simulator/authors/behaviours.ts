import { randomUUID } from 'node:crypto'
import type { Client } from '../clients/client.ts'
import type { OpenPage } from '../clients/open-page.ts'
import type { Random } from '../random.ts'
import {
  deleteWords,
  formatWords,
  joinParagraphs,
  moveBlock,
  paste,
  splitParagraph,
  tidyUp,
  toggleHeading,
  wrapInList,
} from './changes.ts'
import { forgeCaret, forgeName } from './forging.ts'
import { moveCaret, type } from './typing.ts'

/** What a client has at hand when it does something. */
export interface Acting {
  readonly client: Client
  readonly page: OpenPage
  /** A stream of this step's own. */
  readonly random: Random
  /** How likely it is that people meet in the first paragraph, from 0 to 1. */
  readonly focus: number
  /** Does something later; at once when the run is being ended. */
  later(ms: number, call: () => void): void
}

/** Something that people do at a page. */
export interface Behaviour {
  /** One sentence for documentation. */
  readonly does: string
  act(acting: Acting): void
}

/** Everything that simulated people can do. */
export const BEHAVIOURS = {
  type: { does: 'Puts the caret somewhere and types a word.', act: (acting) => type(acting, 'somewhere') },
  continue: { does: 'Types the next word of a burst.', act: (acting) => type(acting, 'at the caret') },
  'delete-words': { does: 'Deletes one to three words.', act: change('delete-words', deleteWords) },
  split: { does: 'Presses Enter in a paragraph.', act: change('split', splitParagraph) },
  join: { does: 'Presses Backspace at the start of a paragraph.', act: change('join', joinParagraphs) },
  format: {
    does: 'Makes some words bold, italic, struck or code, or plain again.',
    act: change('format', formatWords),
  },
  heading: { does: 'Turns a paragraph into a heading, or back.', act: change('heading', toggleHeading) },
  list: {
    does: 'Turns a paragraph into a list, or a list into paragraphs.',
    act: change('list', wrapInList),
  },
  move: { does: 'Drags a block to another place.', act: change('move', moveBlock) },
  paste: {
    does: 'Pastes a few paragraphs, now and then many.',
    act: (acting) => acting.page.edit('paste', acting.client.takeRunNumber(), () => paste(acting)),
  },
  tidy: {
    does: 'Deletes blocks of a page that has become long.',
    act: change('tidy', tidyUp),
  },
  undo: { does: 'Takes back what this person did last.', act: ({ page }) => page.undo() },
  redo: { does: 'Does again what was taken back.', act: ({ page }) => page.redo() },
  caret: { does: 'Moves the caret.', act: moveCaret },
  pause: { does: 'Thinks.', act: () => undefined },
  offline: {
    does: 'Loses the network and gets it back after one to six seconds, typing on meanwhile.',
    act({ client, random, later }) {
      if (!client.isOnline) return
      client.goOffline()
      later(random.integer(1_000, 6_000), () => client.comeBack())
    },
  },
  reopen: {
    does: 'Closes the page and opens it again with what was saved on the device.',
    act: ({ client, page }) => client.reopen(page.page),
  },
  chat: {
    does: 'Sends a message to the page.',
    act({ client, page, random }) {
      const { pageId } = page
      const body = `message ${client.number}.${random.integer(0, 1_000_000)}`
      const message = { pageId, id: randomUUID(), body }
      void client.events?.request('send_message', message)
      // As a client does that has not heard of its answer.
      if (random.chance(0.2)) void client.events?.request('send_message', message)
    },
  },
  rename: {
    does: 'Gives the page another title.',
    act({ client, page, random }) {
      const { pageId } = page
      const title = `Title ${client.number}.${random.integer(0, 1_000_000)}`
      void client.events?.request('update_page', { pageId, title })
    },
  },
  'forge-name': { does: 'Shows the own caret under somebody else’s name.', act: forgeName },
  'forge-caret': { does: 'Moves somebody else’s caret.', act: forgeCaret },
  typing: {
    does: 'Shows that a message is being written, and stops.',
    act({ client, page, random, later }) {
      const { pageId } = page
      void client.events?.request('start_typing', { pageId })
      later(random.integer(300, 3_000), () => void client.events?.request('stop_typing', { pageId }))
    },
  },
} as const satisfies Record<string, Behaviour>

export type BehaviourName = keyof typeof BEHAVIOURS

/** A change to the document, as one edit. */
function change(name: string, make: (fragment: OpenPage['fragment'], random: Random) => void) {
  return ({ page, random }: Acting) => page.edit(name, null, () => make(page.fragment, random))
}
