import { expect, type Locator, type Page } from '@playwright/test'
import type { Editor } from '@tiptap/core'
import { textOf } from './fixtures.ts'

/** For how long something counts as just written, and a little more, ms. */
export const JUST_MS = 1_100

/** What `/`, `@` and `:` offer where somebody writes. */
export const menuOf = (page: Page) => page.getByTestId('trigger-menu')

/** The tools of the block that somebody writes in. */
export const barOf = (page: Page) => page.getByTestId('block-bar')

/** Types `/` and what follows, and takes the first that is offered. */
export async function insert(page: Page, words: string): Promise<void> {
  await page.keyboard.type(`/${words}`)
  await expect(menuOf(page).getByRole('option').first()).toBeVisible()
  await page.keyboard.press('Enter')
  await expect(menuOf(page)).toBeHidden()
}

/** The handle of the block that a word stands in; what is being drawn at that moment may take it away once more. */
export async function findHandle(page: Page, word: string): Promise<Locator> {
  const handle = page.getByTestId('block-handle')
  await expect(async () => {
    await page.mouse.move(0, 0)
    await textOf(page).getByText(word, { exact: true }).hover()
    await expect(handle).toBeVisible({ timeout: 500 })
  }).toPass()
  return handle
}

/** The text as an element, which its editor is kept at. */
export interface EditorElement extends HTMLElement {
  readonly editor: Editor
}

/** Puts the caret behind so many letters of a word. */
export async function goTo(page: Page, word: string, letters: number): Promise<void> {
  const place = await textOf(page).evaluate((element, word) => {
    const { doc } = (element as EditorElement).editor.state
    let found = 0
    doc.descendants((node, at) => {
      if (node.text?.includes(word)) found = at + node.text.indexOf(word)
    })
    return found
  }, word)
  await goToPlace(page, place + letters)
}

/** Puts the caret at a position of the document, and leaves it there. */
export async function goToPlace(page: Page, place: number): Promise<void> {
  await textOf(page).evaluate((element, place) => {
    const { commands, view } = (element as EditorElement).editor
    view.focus()
    commands.setTextSelection(place)
  }, place)
}

/** A file as somebody has it on their device. */
export interface OwnFile {
  readonly name: string
  readonly mimeType: string
  readonly buffer: Buffer
}

/** Pastes as another program would have copied it: words by their type, and pictures. */
export async function paste(
  page: Page,
  data: Record<string, string>,
  pictures: readonly OwnFile[] = [],
): Promise<void> {
  const files = pictures.map(({ name, mimeType, buffer }) => ({
    ...{ name, type: mimeType, content: buffer.toString('base64') },
  }))
  await textOf(page).evaluate(
    async (element, given) => {
      // What is pasted by hand comes later than the keys and clicks before it: the editor knows of those by then.
      const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve))
      for (let frame = 0; frame < 3; frame++) await nextFrame()
      const clipboardData = new DataTransfer()
      for (const [type, value] of Object.entries(given.data)) clipboardData.setData(type, value)
      for (const { name, type, content } of given.files) {
        const bytes = Uint8Array.from(atob(content), (char) => char.charCodeAt(0))
        clipboardData.items.add(new File([bytes], name, { type }))
      }
      element.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
    },
    { data, files },
  )
}
