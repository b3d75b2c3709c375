import {
  type DefaultTreeAdapterMap,
  type DefaultTreeAdapterTypes,
  defaultTreeAdapter,
  Parser,
  Tokenizer,
} from 'parse5'
import { ContentError } from '../../shared/document/content-error.ts'

export type HtmlElement = DefaultTreeAdapterTypes.Element
export type HtmlNode = DefaultTreeAdapterTypes.ChildNode

/** A page at its deepest, as HTML: a task is three elements, and a schema of 100 levels has 50 of them. */
const MAX_DEPTH = 256
/** Browsers repeat what was left open in every paragraph, so that little text can become many elements. */
const MAX_ELEMENTS = 100_000
/** parse5 compares each attribute of an element with all others. */
const MAX_ATTRIBUTES = 500

/**
 * An HTML text as parse5 reads it, which is as browsers do, inside bounds.
 * @throws ContentError `invalid-content` when it goes past them
 */
export function parseHtmlFragment(html: string): readonly HtmlNode[] {
  let depth = 0
  let elements = 0
  const parser = Parser.getFragmentParser<DefaultTreeAdapterMap>(null, {
    treeAdapter: {
      ...defaultTreeAdapter,
      createElement(...args) {
        if (++elements > MAX_ELEMENTS) throw tooMuch('has too many elements')
        return defaultTreeAdapter.createElement(...args)
      },
      // What stands in a table besides its cells would be moved out of it, looking for the place each time.
      insertBefore: refuseMisplaced,
      insertTextBefore: refuseMisplaced,
      onItemPush() {
        if (++depth > MAX_DEPTH) throw tooMuch('is nested too deeply')
      },
      onItemPop() {
        depth--
      },
    },
  })
  parser.tokenizer = new BoundedTokenizer(parser.options, parser)
  parser.tokenizer.write(html, true)
  // Not `getFragment()`, which would take the nodes off its root from the front, one after the other.
  const root = defaultTreeAdapter.getFirstChild(parser.document)
  return root === null ? [] : defaultTreeAdapter.getChildNodes(root as HtmlElement)
}

function refuseMisplaced(): never {
  throw new ContentError('invalid-content', 'A <table> holds rows of cells and nothing else.')
}

class BoundedTokenizer extends Tokenizer {
  protected override _leaveAttrName(): void {
    const token = this.currentToken
    if (token !== null && 'attrs' in token && token.attrs.length >= MAX_ATTRIBUTES)
      throw tooMuch('has an element with too many attributes')
    super._leaveAttrName()
  }
}

const tooMuch = (what: string) => new ContentError('invalid-content', `The HTML ${what}.`)
