import { type Editor, Extension } from '@tiptap/core'
import { Fragment, Slice } from '@tiptap/pm/model'
import type { EditorState } from '@tiptap/pm/state'
import { Mapping } from '@tiptap/pm/transform'
import type { EditorView } from '@tiptap/pm/view'
import {
  findNext,
  findPrev,
  getMatchHighlights,
  getSearchState,
  replaceNext,
  SearchQuery,
  type SearchResult,
  search,
  setSearchState,
} from 'prosemirror-search'
import { openDetailsAround } from '../blocks/open-details.ts'

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
  override getReplacements(state: EditorState, place: SearchResult) {
    const { from, to } = place
    return [{ from, to, insert: new Slice(createWords(state, this.replace, place), 0, 0) }]
  }
}

/** Looks for something from now on; an empty search ends it. */
export function setFind({ view }: Editor, query: FindQuery): void {
  view.dispatch(setSearchState(view.state.tr, new PlainQuery({ ...query, literal: true })))
}

/** How many places were found, and which of them is selected, from 1; 0 for none. */
export function countFound({ state }: Pick<Editor, 'state'>): { count: number; current: number } {
  const found = getMatchHighlights(state).find().sort(inOrder)
  const { from, to } = state.selection
  return {
    count: found.length,
    current: found.findIndex((match) => match.from === from && match.to === to) + 1,
  }
}

/** Selects a place and shows it, also in closed details, or replaces it or all. */
export function runFind(editor: Editor, step: 'next' | 'previous' | 'replace' | 'replace-all'): void {
  const { view } = editor
  if (step === 'replace-all') replaceAll(view)
  else ({ next: findNext, previous: findPrev, replace: replaceNext })[step](view.state, view.dispatch)
  const { node } = view.domAtPos(view.state.selection.from)
  const element = node instanceof Element ? node : node.parentElement
  if (element === null) return
  openDetailsAround(element)
  element.scrollIntoView({ block: 'center' })
}

/**
 * Replaces all that was found, at once one place in each line and the last first: of what is changed together in a line the
 * binding writes everything anew that stands in between, which would move what others write there.
 */
function replaceAll(view: EditorView): void {
  const { query } = getSearchState(view.state) ?? {}
  if (query === undefined) return
  const lines = new Map<number, Place[]>()
  for (const { from, to } of getMatchHighlights(view.state).find()) {
    const line = view.state.doc.resolve(from).start()
    lines.set(line, [...(lines.get(line) ?? []), { from, to }])
  }
  const waiting = [...lines.values()].map((found) => found.sort(inOrder))
  const passed = new Mapping()
  while (waiting.some((found) => found.length > 0)) {
    const { tr } = view.state
    const places = waiting.flatMap((found) => found.pop() ?? [])
    for (const place of places.sort(inOrder).reverse()) {
      const [from, to] = [passed.map(place.from), passed.map(place.to, -1)]
      tr.replaceWith(from, to, createWords(view.state, query.replace, { from, to }))
    }
    passed.appendMapping(tr.mapping)
    view.dispatch(tr)
  }
}

interface Place {
  readonly from: number
  readonly to: number
}

const inOrder = (one: Place, other: Place): number => one.from - other.from

/** Words that look as all of what they take the place of does; a link among it stays one. */
function createWords({ doc, schema }: EditorState, words: string, { from, to }: Place): Fragment {
  let marks = doc.nodeAt(from)?.marks ?? []
  doc.nodesBetween(from, to, (node) => {
    if (node.isText) marks = marks.filter((mark) => mark.isInSet(node.marks))
  })
  return words === '' ? Fragment.empty : Fragment.from(schema.text(words, marks))
}
