import * as Y from 'yjs'
import { toUpdate } from '../../server/documents/content.ts'
import { openDocument } from '../support/document-client.ts'
import { addMember, createPage } from '../support/people.ts'
import { expect, expectReady, test, textOf } from './fixtures.ts'
import { photograph } from './photograph.ts'

const text = (value: string, ...marks: string[]) => ({
  type: 'text',
  text: value,
  ...(marks.length === 0 ? {} : { marks: marks.map((type) => ({ type })) }),
})
const paragraph = (...content: object[]) => ({ type: 'paragraph', content })
const heading = (value: string) => ({ type: 'heading', attrs: { level: 2 }, content: [text(value)] })
const task = (checked: boolean, value: string) => ({
  type: 'taskItem',
  attrs: { checked },
  content: [paragraph(text(value))],
})

const LAUNCH_NOTES = {
  type: 'doc',
  content: [
    paragraph(
      text(
        'The spring issue goes to print on the 14th. Everything below is agreed; what is still open has an owner.',
      ),
    ),
    heading('What we promise'),
    {
      type: 'blockquote',
      content: [paragraph(text('What a co-author can see has been saved. What has been saved stays.'))],
    },
    paragraph(
      text('Every keystroke is '),
      text('committed before it is shown', 'bold'),
      text(', so a pulled plug costs nobody a word. Offline edits merge '),
      text('once', 'italic'),
      text(', when the network is back.'),
    ),
    heading('Before the 14th'),
    {
      type: 'taskList',
      content: [
        task(true, 'Interview transcribed and checked'),
        task(true, 'Photographs licensed'),
        task(false, 'Fact check of the second half'),
        task(false, 'Headline — three candidates by Friday'),
      ],
    },
    { type: 'codeBlock', attrs: { language: null }, content: [text('npm ci && npm start')] },
  ],
}

test('the page as authors see it: light, dark, on a phone', async ({ signIn, server }) => {
  const ann = await signIn('Ann Archer')
  const bob = await signIn('Bob Brown')
  const cleo = await signIn('Cleo Carter')
  for (const author of [bob, cleo]) await addMember(ann.person, author.person, 'editor')
  for (const title of ['Interview notes', 'Style guide']) await createPage(ann.person, title)
  const { id } = await createPage(ann.person, 'Spring issue')
  const setUp = openDocument(server.url, id, ann.person.session.accessToken)
  await setUp.synced()
  Y.applyUpdate(setUp.doc, toUpdate(LAUNCH_NOTES))
  await setUp.saved()
  setUp.close()

  for (const { page } of [ann, bob, cleo]) {
    await page.goto(`/pages/${id}`)
    await expectReady(page)
  }
  await textOf(bob.page).locator('p', { hasText: 'Fact check of the second half' }).click()
  await bob.page.keyboard.press('End')
  await textOf(cleo.page).getByText('Every keystroke is').click()
  await cleo.page.keyboard.press('End')
  await expect(ann.page.locator('.collaboration-caret')).toHaveCount(2)
  await bob.page.keyboard.type('.')
  await expect(textOf(ann.page)).toContainText('second half')

  const { page } = ann
  await photograph(page, 'page')
  await page.emulateMedia({ colorScheme: 'dark' })
  await photograph(page, 'page dark')
  await page.emulateMedia({ colorScheme: 'light' })
  await page.setViewportSize({ width: 390, height: 844 })
  await photograph(page, 'page phone')
})
