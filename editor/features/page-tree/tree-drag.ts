import { combine } from '@atlaskit/pragmatic-drag-and-drop/combine'
import { draggable, dropTargetForElements } from '@atlaskit/pragmatic-drag-and-drop/element/adapter'
import { attachInstruction, extractInstruction } from '@atlaskit/pragmatic-drag-and-drop-hitbox/list-item'
import type { Page } from '../../../shared/api/pages.ts'

/** Where on a row a page is dropped. */
export type DropSpot = 'before' | 'inside' | 'after'

/** What a row does with pages that are dragged. */
export interface RowDrag {
  /** The page that can be dragged away; null if none can. */
  readonly page: Page | null
  /** Whether a dragged page may be put here, beside the row or into it. */
  canTake(page: Page): boolean
  /** Whether there is a place before and behind it: a drive has only an inside. */
  readonly hasSides: boolean
  onHover(spot: DropSpot | null): void
  onTake(page: Page, spot: DropSpot): void
}

const SPOTS = { 'reorder-before': 'before', 'reorder-after': 'after', combine: 'inside' } as const
const PAGE = Symbol('page')

/** Makes a row draggable and a place to drop pages on; answers a function that ends it. `read` is asked each time. */
export function attachRowDrag(element: HTMLElement, read: () => RowDrag): () => void {
  const readPage = (data: Record<string | symbol, unknown>) => data[PAGE] as Page | undefined
  const readSpot = (data: Record<string | symbol, unknown>): DropSpot | null => {
    const instruction = extractInstruction(data)
    return instruction && !instruction.blocked ? SPOTS[instruction.operation] : null
  }
  return combine(
    draggable({
      element,
      canDrag: () => read().page !== null,
      getInitialData: () => ({ [PAGE]: read().page }),
    }),
    dropTargetForElements({
      element,
      canDrop({ source }) {
        const page = readPage(source.data)
        return page !== undefined && read().canTake(page)
      },
      getData({ input, element: target }) {
        const side = read().hasSides ? 'available' : 'not-available'
        const operations = { 'reorder-before': side, 'reorder-after': side, combine: 'available' } as const
        return attachInstruction({}, { input, element: target, operations, axis: 'vertical' })
      },
      onDrag: ({ self }) => read().onHover(readSpot(self.data)),
      onDragLeave: () => read().onHover(null),
      onDrop({ self, source }) {
        read().onHover(null)
        const page = readPage(source.data)
        const spot = readSpot(self.data)
        if (page && spot) read().onTake(page, spot)
      },
    }),
  )
}
