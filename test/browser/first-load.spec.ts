import { readFileSync } from 'node:fs'
import type { Page } from '@playwright/test'
import { createPage, type Person, writeContent } from '../support/people.ts'
import { type Author, expect, expectReady, expectSaved, test, textOf } from './fixtures.ts'
import { goTo } from './writing-tools.ts'

/** What may arrive before a page can be read, bytes on the wire: headers, code, styles and answers of the API. */
const CEILING = 250_000

/** A PNG of one pixel. */
const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

/** The files that index.html names; all others come behind. */
const FIRST_FILES = new Set(
  readFileSync(new URL('../../dist/editor/index.html', import.meta.url), 'utf8').match(/\/assets\/[^"]+/g),
)

const LINES = Array.from({ length: 40 }, (_, index) => `<p>Paragraph ${index} of a page that scrolls.</p>`)
const CONTENT = `<h1>Minutes</h1><p>First words with <strong>bold</strong>, <em>slant</em>, <code>code</code>,
<a href="https://example.com/">a link</a> and<br>a break<br></p><p></p><ul><li><p>one</p><ul><li><p>inside</p></li></ul>
</li></ul><ol start="3"><li><p>three</p></li></ol><ul data-type="taskList"><li data-type="taskItem" data-checked="true">
<label><input type="checkbox" checked="checked"><span></span></label><div><p>done</p></div></li></ul>
<blockquote><p>quoted</p></blockquote><ul><li><p>שלום עולם</p></li></ul>
<pre><code class="language-ts">const a = 1

</code></pre><div data-type="callout" data-kind="warning"><p>take care</p><p>of this</p></div>
<details><summary>More</summary><div data-type="detailsContent"><p>hidden</p></div></details>
<table><tbody><tr><th colwidth="120"><p>a</p></th><th><p>b</p></th></tr><tr><td colwidth="120"><p>a longer cell that
breaks into lines</p></td><td><p></p></td></tr></tbody></table><hr>
<img src="/api/files/IMAGE" alt="A dot" width="60" height="40"><p data-text-align="center">in the <mark data-color="green">middle</mark></p>${LINES.join('')}`.replaceAll(
  />\n+</g,
  '><',
)

test('a page can be read before 250 kB have arrived, and the editor takes over where one reads', async ({
  signIn,
  openWindow,
  server,
}) => {
  const ann = await signIn('Ann Archer')
  const id = await writePage(ann.person, server.url, CONTENT)
  const page = await openWindow(await leave(ann))
  const arrived = await countArrived(page)
  const letBehind = await holdBehind(page)
  const images: string[] = []
  page.on('request', (asked) => void (asked.url().includes('/api/files/') && images.push(asked.url())))
  await page.goto(`/pages/${id}`)

  const reading = page.getByTestId('reading-text')
  await expect(reading).toContainText('First words with bold, slant, code, a link')
  await expect(page.getByTestId('page-title')).toHaveValue('Long')
  await expect(page.getByTestId('page-item').filter({ hasText: 'Long' })).toBeVisible()
  const files = [...arrived.values()].sort((a, b) => b.bytes - a.bytes)
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  const list = files.map((file) => `${file.bytes} ${file.address}`).join('\n')
  await test.info().attach('what arrived', { body: `${bytes}\n${list}` })
  expect(bytes, list).toBeLessThan(CEILING)
  expect(bytes, 'it is counted').toBeGreaterThan(100_000)

  await expect(reading).toHaveAttribute('aria-busy', 'true')
  await expect(reading.getByRole('link', { name: 'a link' })).toHaveAttribute('href', 'https://example.com/')
  await expect(reading.getByRole('checkbox')).toBeDisabled()
  // Nothing is said to be saved by somebody who has not asked yet.
  await expect(page.getByTestId('save-state')).toHaveAttribute('data-state', 'loading')

  const image = page.locator('.prose .page-image img')
  await expect(image).toHaveJSProperty('naturalWidth', 1)
  const address = await image.getAttribute('src')

  const main = page.locator('main')
  await main.evaluate((element) => element.scrollTo(0, 900))
  const before = await readPlaces(page)
  letBehind()
  await expectReady(page)
  const after = await readPlaces(page)
  expect(after).toHaveLength(before.length)
  expect(Math.max(...after.map((place, index) => Math.abs(place - (before[index] ?? 0))))).toBeLessThan(0.6)
  expect(await main.evaluate((element) => element.scrollTop)).toBe(900)
  await expect(reading).toHaveCount(0)
  // The image is taken over as well: it is neither fetched nor shown anew.
  await expect(image).toHaveAttribute('src', address ?? '')
  expect(images).toHaveLength(1)

  await textOf(page).getByText('Paragraph 20 of').click()
  await page.keyboard.press('End')
  await page.keyboard.type(' And more.')
  await expectSaved(page)
  await expect(textOf(page)).toContainText('Paragraph 20 of a page that scrolls. And more.')
})

test('the editor takes over a long page where one reads, and nothing moves when it lets go of what cannot be seen', async ({
  signIn,
  openWindow,
  server,
}) => {
  const ann = await signIn('Ann Archer')
  const blocks = Array.from(
    { length: 150 },
    (_, nr) => `<p>Block ${nr}. ${'Words. '.repeat((nr * 7) % 90)}</p>`,
  )
  const id = await writePage(ann.person, server.url, CONTENT + blocks.join(''))
  const page = await openWindow(await leave(ann))
  const letBehind = await holdBehind(page)
  await page.goto(`/pages/${id}`)
  const reading = page.getByTestId('reading-text')
  await expect(reading).toContainText('Block 149.')
  // Words stand in its place until it is there.
  await expect(reading.locator('.page-image img')).toBeVisible()
  const main = page.locator('main')
  await main.evaluate((element) => element.scrollTo(0, 4000))
  const before = await readPlaces(page)
  const readShift = async () => {
    const after = await readPlaces(page)
    expect(after).toHaveLength(before.length)
    return Math.max(...after.map((place, index) => Math.abs(place - (before[index] ?? 0))))
  }
  letBehind()
  await expectReady(page)
  expect(await readShift()).toBeLessThan(0.6)
  const hasLetGo = () =>
    page.evaluate(() => {
      const list = document.querySelector('.prose-long > ul > li')
      return (
        list?.checkVisibility({ contentVisibilityAuto: true }) === false &&
        document.adoptedStyleSheets.every(({ cssRules }) => cssRules.length === 0)
      )
    })
  await expect.poll(hasLetGo).toBe(true)
  expect(await readShift()).toBeLessThan(0.6)
  expect(await main.evaluate((element) => element.scrollTop)).toBe(4000)
})

test('a task is named after its own first line, before the editor is there and in it', async ({
  signIn,
  openWindow,
  server,
}) => {
  const ann = await signIn('Ann Archer')
  const id = await writePage(
    ann.person,
    server.url,
    `<ul data-type="taskList"><li data-type="taskItem" data-checked="true"><p>Write to <strong>Carl</strong><br>and wait</p>
<ul data-type="taskList"><li data-type="taskItem" data-checked="false"><p>Find his address</p></li></ul></li>
<li data-type="taskItem" data-checked="false"><p></p></li></ul>`.replaceAll('\n', ''),
  )
  const page = await openWindow(await leave(ann))
  const letBehind = await holdBehind(page)
  await page.goto(`/pages/${id}`)
  const names = ['Write to Carl', 'Find his address', 'Empty task']
  for (const text of [page.getByTestId('reading-text'), textOf(page)]) {
    const tasks = text.getByRole('checkbox')
    await expect(tasks).toHaveCount(names.length)
    for (const [at, name] of names.entries()) await expect(tasks.nth(at)).toHaveAccessibleName(name)
    letBehind()
  }
  await expectReady(page)
  // It follows what is written.
  await goTo(page, 'address', 7)
  await page.keyboard.type(' first')
  await expect(textOf(page).getByRole('checkbox').nth(1)).toHaveAccessibleName('Find his address first')
  await expectSaved(page)
})

test('text that is only read runs nothing, fetches nothing and looks only as pages look', async ({
  signIn,
  browser,
  server,
}) => {
  const ann = await signIn('Ann Archer')
  const id = await writePage(ann.person, server.url, '<p>text</p>')
  // Not `openWindow`: the browser complains of what it keeps from running.
  const context = await browser.newContext({ baseURL: server.url, ...(await leave(ann)) })
  const page = await context.newPage()
  const foreign: string[] = []
  page.on('request', (asked) => void (asked.url().startsWith(server.url) || foreign.push(asked.url())))
  await holdBehind(page)
  // As no server of ours would answer.
  await page.route('**/content?format=html', (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<p onclick="hit()" style="position:fixed" id="root">kept <x-unknown>inside</x-unknown></p>
        <script>hit()</script><style>* { display: none }</style><svg onload="hit()"><script>hit()</script></svg>
        <iframe src="https://elsewhere.example/"></iframe><form action="https://elsewhere.example/"><button>send</button></form>
        <img src="https://elsewhere.example/pixel.png" alt="Far away" onerror="hit()"><img src=x onerror="hit()">
        <a href=" java&#10;script:hit()">a lure</a><p data-unknown="hologram">of a newer editor</p>`,
    }),
  )
  await page.goto(`/pages/${id}`)
  const reading = page.getByTestId('reading-text')
  await expect(reading).toContainText('kept inside')
  await expect(reading).toContainText('of a newer editor')
  await expect(reading).toContainText('Image at elsewhere.example: Far away')
  await reading.getByText('kept').click()
  await reading.getByText('a lure').click()
  const found = await reading.evaluate((element) =>
    [...element.querySelectorAll('*')].flatMap((each) => [
      ...(/script|style|iframe|form|button|svg/.test(each.localName) ? [each.localName] : []),
      ...[...each.attributes].filter(({ name }) => /^on|^style$|^id$/.test(name)).map(({ name }) => name),
      ...(each.localName === 'img' && each.hasAttribute('src') ? ['src'] : []),
    ]),
  )
  expect(found).toEqual([])
  await expect(reading.getByText('a lure')).not.toHaveAttribute('href')
  expect(foreign).toEqual([])
  expect(page.url()).toContain(id)
  await context.close()
})

test('a page that one may not see is refused before the editor is there', async ({ signIn, openWindow }) => {
  const ann = await signIn('Ann Archer')
  const bob = await signIn('Bob Brown')
  const { id } = await createPage(bob.person, 'Private')
  const page = await openWindow(await leave(ann))
  await holdBehind(page)
  await page.goto(`/pages/${id}`)
  await expect(page.getByTestId('page-refused')).toHaveAttribute('data-reason', 'page-not-found')
})

/** A page with a text, and with an image where the text has one. */
async function writePage(person: Person, url: string, html: string): Promise<string> {
  const { id } = await createPage(person, 'Long')
  const uploaded = await fetch(`${url}/api/pages/${id}/files`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${person.session.accessToken}`,
      'content-type': 'application/octet-stream',
    },
    body: Buffer.from(PIXEL, 'base64'),
  })
  const { id: fileId } = (await uploaded.json()) as { id: string }
  await writeContent(person, id, 'html', html.replace('IMAGE', fileId))
  return id
}

/** Leaves a window: another may go on with its session, which keeps no file of the app's. */
async function leave({ page, context }: Author) {
  // Only one window may use the session's refresh token.
  await page.goto('about:blank')
  return { storageState: await context.storageState() }
}

/** Lets nothing through but what index.html names and what the API answers; the answered function lets go. */
async function holdBehind(page: Page): Promise<() => void> {
  let letGo = (): void => undefined
  const isLetGo = new Promise<void>((resolve) => {
    letGo = resolve
  })
  await page.route('**/assets/*', async (route) => {
    if (!FIRST_FILES.has(new URL(route.request().url()).pathname)) await isLetGo
    // The window may be closed by then.
    await route.continue().catch(() => undefined)
  })
  return () => letGo()
}

/** What has arrived in a window, bytes on the wire, by request. */
async function countArrived(page: Page): Promise<Map<string, { address: string; bytes: number }>> {
  const arrived = new Map<string, { address: string; bytes: number }>()
  const devTools = await page.context().newCDPSession(page)
  await devTools.send('Network.enable')
  devTools.on('Network.responseReceived', ({ requestId, response }) => {
    arrived.set(requestId, { address: response.url, bytes: response.encodedDataLength })
  })
  devTools.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const file = arrived.get(requestId)
    if (file) file.bytes = encodedDataLength
  })
  return arrived
}

/** Where the blocks of the text stand: top, left, width and height of each, CSS pixels. */
function readPlaces(page: Page): Promise<number[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('.prose > *')].flatMap((block) => {
      const { top, left, width, height } = block.getBoundingClientRect()
      return [top, left, width, height]
    }),
  )
}
