import { type Browser, type BrowserContext, test as base, expect, type Page } from '@playwright/test'
import { ACCOUNT_KEY } from '../../editor/api/account-session.ts'
import { addMember, createPage, type Person, register } from '../support/people.ts'
import { createServerProcess, type ServerProcess } from '../support/server-process.ts'

/** Somebody sitting at a browser of their own. */
export interface Author {
  readonly context: BrowserContext
  readonly page: Page
  readonly person: Person
}

interface Fixtures {
  /** A browser window that fails the test if anything unexpected is written to its console. */
  openWindow: (options?: Parameters<Browser['newContext']>[0]) => Promise<Page>
  /** Registers somebody, who is signed in in a window of their own and has opened nothing yet. */
  signIn: (name: string, options?: Parameters<Browser['newContext']>[0]) => Promise<Author>
}

export const test = base.extend<Fixtures, { server: ServerProcess }>({
  server: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixture's dependencies from this pattern.
    async ({}, use) => {
      const server = await createServerProcess('build')
      await server.start()
      await use(server)
      await server.remove()
    },
    { scope: 'worker', timeout: 60_000 },
  ],

  openWindow: async ({ browser, server }, use) => {
    const contexts: BrowserContext[] = []
    const complaints: string[] = []
    await use(async (options = {}) => {
      const context = await browser.newContext({ baseURL: server.url, ...options })
      contexts.push(context)
      await context.addInitScript(tellOfClicks)
      const page = await context.newPage()
      page.on('pageerror', (error) => complaints.push(`uncaught: ${error.message}`))
      page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type()) && !isExpected(message.text()))
          complaints.push(message.text())
      })
      return page
    })
    for (const context of contexts) await context.close()
    expect(complaints, 'nothing unexpected on the console').toEqual([])
  },

  signIn: async ({ openWindow, server }, use) => {
    await use(async (name, options = {}) => {
      const person = await register(server.url, name)
      const storageState = rememberAt(options.baseURL ?? server.url, person)
      const page = await openWindow({ ...options, storageState })
      return { context: page.context(), page, person }
    })
  },
})

export { expect }

/**
 * A browser says where a click has put the caret a moment later, up to a frame. A person's next key comes later still, a
 * test's may not: so it is said with the click.
 */
function tellOfClicks(): void {
  window.addEventListener('mouseup', () => document.dispatchEvent(new Event('selectionchange')))
}

/** What a browser keeps of somebody who has signed in at `address`: the refresh cookie, and who it was. */
function rememberAt(address: string, { cookie, session: { user, pageId } }: Person) {
  const [, name = '', value = ''] = /^([^=]+)=(.*)$/.exec(cookie) ?? []
  const scope = { domain: new URL(address).hostname, path: '/api/auth', expires: -1 }
  const flags = { httpOnly: true, secure: false, sameSite: 'Strict' as const }
  const remembered = { name: ACCOUNT_KEY, value: JSON.stringify({ user, pageId }) }
  return {
    cookies: [{ name, value, ...scope, ...flags }],
    origins: [{ origin: address, localStorage: [remembered] }],
  }
}

/** What Chromium itself prints when a request fails as the test means it to: no network, or a refusal. */
function isExpected(text: string): boolean {
  // Also what ProseMirror says when the cell that a caret stood in is gone by somebody else's change: y-tiptap
  // then puts the caret at the table. And what Playwright prints of a service worker that it keeps away.
  return /Failed to load resource|Service Worker registration blocked|net::ERR_INTERNET_DISCONNECTED|WebSocket connection to .* failed|TextSelection endpoint not pointing into a node with inline content/.test(
    text,
  )
}

/** The text of the page being edited. */
export const textOf = (page: Page) => page.locator('.ProseMirror')

/** What the authors typed there: the text without the carets' name tags. */
export async function typedTextOf(page: Page): Promise<string> {
  return textOf(page).evaluate((element) => {
    const copy = element.cloneNode(true) as HTMLElement
    for (const caret of copy.querySelectorAll('.collaboration-caret')) caret.remove()
    return (copy.textContent ?? '').replaceAll('\u2060', '')
  })
}

/** For what every test waits for: Playwright itself soon looks only twice a second or less. */
const OFTEN = { timeout: 15_000, intervals: [40] }

/** What was typed in each of some elements of the text, such as its headings. */
export const typedTextsOf = (page: Page, selector: string): Promise<string[]> =>
  textOf(page).evaluate((text, selector) => {
    const copy = text.cloneNode(true) as Element
    for (const caret of copy.querySelectorAll('.collaboration-caret')) caret.remove()
    return [...copy.querySelectorAll(selector)].map((element) => element.textContent ?? '')
  }, selector)

export async function expectTyped(page: Page, text: string): Promise<void> {
  await expect.poll(() => typedTextOf(page), OFTEN).toBe(text)
}

export async function expectSaved(page: Page): Promise<void> {
  const state = page.getByTestId('save-state')
  await expect.poll(() => state.getAttribute('data-state'), OFTEN).toBe('saved')
}

/** A new empty page of the author's, open in their window and ready for typing. */
export async function openNewPage(author: Author, title = 'Notes'): Promise<string> {
  const { id } = await createPage(author.person, title)
  await author.page.goto(`/pages/${id}`)
  await expectReady(author.page)
  return id
}

/** Two people who edit the same drive, both on its newest page, where each is told of what the other does. */
export async function openTogether(
  signIn: (name: string) => Promise<Author>,
  title?: string,
): Promise<{ ann: Author; bob: Author; id: string }> {
  const ann = await signIn('Ann Archer')
  const bob = await signIn('Bob Brown')
  await addMember(ann.person, bob.person, 'editor')
  const id = await openNewPage(ann, title)
  await bob.page.goto(`/pages/${id}`)
  await expectReady(bob.page)
  await expect(ann.page.getByTestId('presence').getByLabel(/^Bob Brown/)).toBeVisible()
  await expect(bob.page.getByTestId('presence').getByLabel(/^Ann Archer/)).toBeVisible()
  return { ann, bob, id }
}

/** From one edit to the next, ms, so that they are taken back apart: Yjs counts 500. */
const APART_MS = 600

/** Lets the step end that the next edit would be taken back with. */
export async function endUndoStep(page: Page): Promise<void> {
  await page.waitForTimeout(APART_MS)
}

export async function expectReady(page: Page): Promise<void> {
  await expect.poll(() => textOf(page).getAttribute('contenteditable'), OFTEN).toBe('true')
  await expectSaved(page)
}

/** Waits until a menu that was opened has the keyboard, which is a moment after it can be seen. */
export async function expectKeysInMenu(page: Page): Promise<void> {
  await expect(page.getByRole('menu').locator(':focus').or(page.locator('[role=menu]:focus'))).toHaveCount(1)
}

/** Waits for all that comes behind the text. */
export async function expectTools(page: Page): Promise<void> {
  for (const tool of ['toolbar', 'page-facts']) await expect(page.getByTestId(tool)).toBeVisible()
}

/** Cuts the network of somebody who writes on these pages, once all that comes behind the text is there. */
export async function goOffline(...pages: [Page, ...Page[]]): Promise<void> {
  for (const page of pages) await expectTools(page)
  await pages[0].context().setOffline(true)
}
