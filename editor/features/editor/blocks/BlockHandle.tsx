import { ActionIcon, Menu } from '@mantine/core'
import {
  IconArrowDown,
  IconArrowUp,
  IconCopy,
  IconGripVertical,
  IconPlus,
  IconTrash,
} from '@tabler/icons-react'
import { type Command, NodeSelection } from '@tiptap/pm/state'
import type { EditorView } from '@tiptap/pm/view'
import type { Editor } from '@tiptap/react'
import { type DragEvent, useEffect, useState } from 'react'
import { formatShortcut, isAppleDevice } from '../toolbar-commands.ts'
import classes from './BlockHandle.module.css'
import {
  type BlockRange,
  deleteBlock,
  duplicateBlocks,
  findBlock,
  findFirstHolder,
  insertBelow,
  moveBlocks,
  selectBlock,
} from './move-blocks.ts'

/** Beside the block under the pointer: dragged it moves the block, pressed it offers what else can be done. */
export function BlockHandle({ editor }: { editor: Editor }) {
  const [block, setBlock] = useState<(BlockRange & { top: number; left: number }) | null>(null)
  const [isOpen, setOpen] = useState(false)
  useEffect(() => {
    if (isOpen) return
    const follow = ({ clientX, clientY, target }: PointerEvent) => {
      if (target instanceof Element && target.closest('[data-block-handle]') !== null) return
      setBlock((before) => {
        const found = findBlockAt(editor.view, clientX, clientY)
        return found?.from === before?.from && found?.top === before?.top ? before : found
      })
    }
    const hide = () => setBlock(null)
    window.addEventListener('pointermove', follow, { passive: true })
    window.addEventListener('scroll', hide, { capture: true, passive: true })
    // What is written moves blocks away from under it.
    editor.on('update', hide)
    return () => {
      window.removeEventListener('pointermove', follow)
      window.removeEventListener('scroll', hide, { capture: true })
      editor.off('update', hide)
    }
  }, [editor, isOpen])
  if (block === null) return null

  const run = (command: Command) => {
    const { view } = editor
    if (block.to <= view.state.doc.content.size) view.dispatch(selectBlock(view.state, block))
    const isDone = command(view.state, view.dispatch)
    view.focus()
    return isDone
  }
  const drag = (event: DragEvent) => {
    const { view } = editor
    const dom = view.nodeDOM(block.from)
    if (!(dom instanceof Element)) return
    view.dispatch(view.state.tr.setSelection(NodeSelection.create(view.state.doc, block.from)))
    const { selection } = view.state
    event.dataTransfer.effectAllowed = 'move'
    event.dataTransfer.setData('text/plain', dom.textContent ?? '')
    event.dataTransfer.setDragImage(dom, 0, 0)
    view.dragging = Object.assign({ slice: selection.content(), move: true }, { node: selection })
    followDrag(view)
  }
  return (
    <Menu opened={isOpen} onChange={setOpen} shadow="md" position="bottom-start" returnFocus={false}>
      <Menu.Target>
        <ActionIcon
          className={classes.handle ?? ''}
          data-block-handle
          data-testid="block-handle"
          aria-label="Move the block, or more"
          tabIndex={-1}
          draggable
          onDragStart={drag}
          onDragEnd={() => {
            editor.view.dragging = null
          }}
          style={{ top: block.top, left: block.left }}
        >
          <IconGripVertical size={17} stroke={1.7} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<IconPlus size={16} stroke={1.7} />}
          onClick={() => {
            if (run(insertBelow(block))) editor.commands.insertContent('/')
          }}
        >
          Insert below
        </Menu.Item>
        <Menu.Item
          leftSection={<IconArrowUp size={16} stroke={1.7} />}
          rightSection={<Keys shortcut="Alt-Shift-↑" />}
          onClick={() => run(moveBlocks('up', block))}
        >
          Move up
        </Menu.Item>
        <Menu.Item
          leftSection={<IconArrowDown size={16} stroke={1.7} />}
          rightSection={<Keys shortcut="Alt-Shift-↓" />}
          onClick={() => run(moveBlocks('down', block))}
        >
          Move down
        </Menu.Item>
        <Menu.Item
          leftSection={<IconCopy size={16} stroke={1.7} />}
          rightSection={<Keys shortcut="Mod-Shift-D" />}
          onClick={() => run(duplicateBlocks(block))}
        >
          Duplicate
        </Menu.Item>
        <Menu.Item
          color="var(--desk-danger)"
          leftSection={<IconTrash size={16} stroke={1.7} />}
          onClick={() => run(deleteBlock(block))}
        >
          Delete
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

function Keys({ shortcut }: { shortcut: string }) {
  return <small>{formatShortcut(shortcut, isAppleDevice)}</small>
}

/** How far beside the text the pointer may be, CSS pixels. */
const REACH = 56
const HANDLE = { width: 24, height: 28 }

/**
 * Until a block that is dragged has been let go, it lies before or behind the block at the pointer's height, whichever half of
 * that it is at; also beside the text, where its handle is. The text alone goes by how far to the right the pointer is.
 */
function followDrag(view: EditorView): void {
  const over = new AbortController()
  const redirect = (event: globalThis.DragEvent): void => {
    const { type, clientX, clientY, dataTransfer } = event
    const found = event.isTrusted ? findBlockAt(view, clientX, clientY) : null
    const dom = found && view.nodeDOM(found.from)
    if (!(dom instanceof Element)) return
    event.preventDefault()
    event.stopPropagation()
    const { left, right, top, height } = dom.getBoundingClientRect()
    const x = clientY < top + height / 2 ? left + 1 : right - 1
    const moved = { bubbles: true, cancelable: true, clientX: x, clientY, dataTransfer }
    view.dom.dispatchEvent(new globalThis.DragEvent(type, moved))
    if (type === 'drop') over.abort()
  }
  const { signal } = over
  for (const type of ['dragover', 'drop'] as const)
    window.addEventListener(type, redirect, { capture: true, signal })
  window.addEventListener('dragend', () => over.abort(), { capture: true, signal })
}

function findBlockAt(view: EditorView, x: number, y: number) {
  if (view.isDestroyed || !view.editable) return null
  const page = view.dom.getBoundingClientRect()
  if (x < page.left - REACH || x > page.right + REACH || y < page.top || y > page.bottom) return null
  const inside = Math.min(Math.max(x, page.left + 28), page.right - 8)
  const found = view.posAtCoords({ left: inside, top: y })
  if (found === null) return null
  const at = found.inside >= 0 ? found.inside : found.pos
  const node = view.state.doc.nodeAt(at)
  const $pos = view.state.doc.resolve(node?.isAtom && node.isBlock ? at : found.pos)
  const block = node?.isAtom && node.isBlock ? { from: at, to: at + node.nodeSize } : findBlock($pos)
  if (block === null) return null
  const range = findFirstHolder(view.state.doc, block)
  const dom = view.nodeDOM(block.from)
  if (!(dom instanceof Element)) return null
  const rect = dom.getBoundingClientRect()
  const { lineHeight, paddingTop } = getComputedStyle(dom)
  const line = (Number.parseFloat(lineHeight) || HANDLE.height) + 2 * Number.parseFloat(paddingTop)
  return {
    ...range,
    top: Math.round(rect.top + Math.max(0, (Math.min(line, rect.height) - HANDLE.height) / 2)),
    left: Math.round(Math.max(0, page.left - HANDLE.width - 6)),
  }
}
