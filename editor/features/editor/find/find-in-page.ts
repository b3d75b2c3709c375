import { type Editor, Extension } from '@tiptap/core'
import { Fragment, Slice } from '@tiptap/pm/model'
import type { EditorState } from '@tiptap/pm/state'
import {
  findNext,
  findPrev,
  getMatchHighlights,
  replaceAll,
  replaceNext,
  SearchQuery,
  type SearchResult,
  search,
  setSearchState,
} from 'prosemirror-search'

/** What is looked for in a page. */
export interface FindQuery {
  readonly search: string
  readonly replace: string
  readonly caseSensitive: boolean
  readonly wholeWord: boolean
}

/** Marks what is looked for in the text. */
export const FindInPage = Extension.create({
  name: 'findInPage',
  addProseMirrorPlugins: () => [search()],
})

/** Replaces by the words as they are: the library reads `$1` and `$&` in them, also where it looks for plain words. */
class PlainQuery extends SearchQuery {
  override getReplacements({ doc, schema }: EditorState, { from, to }: SearchResult) {
    const marks = doc.resolve(from).marksAcross(doc.resolve(to))
    const words = this.replace === '' ? Fragment.empty : Fragment.from(schema.text(this.replace, marks))
    return [{ from, to, insert: new Slice(words, 0, 0) }]
  }
}

/** Looks for something from now on; an empty search ends it. */
export function setFind({ view }: Editor, query: FindQuery): void {
  view.dispatch(setSearchState(view.state.tr, new PlainQuery({ ...query, literal: true })))
}

/** How many places were found, and which of them is selected, from 1; 0 for none. */
export function countFound({ state }: Pick<Editor, 'state'>): { count: number; current: number } {
  const found = getMatchHighlights(state)
    .find()
    .sort((one, other) => one.from - other.from)
  const { from, to } = state.selection
  return {
    count: found.length,
    current: found.findIndex((match) => match.from === from && match.to === to) + 1,
  }
}

/** Selects a place and shows it, or replaces it or all. */
export function runFind(editor: Editor, step: 'next' | 'previous' | 'replace' | 'replace-all'): void {
  const { view } = editor
  const command = { next: findNext, previous: findPrev, replace: replaceNext, 'replace-all': replaceAll }[
    step
  ]
  command(view.state, view.dispatch)
  const { node } = view.domAtPos(view.state.selection.from)
  const element = node instanceof Element ? node : node.parentElement
  element?.scrollIntoView({ block: 'center' })
}
