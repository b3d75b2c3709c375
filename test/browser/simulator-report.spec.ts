import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from '@playwright/test'
import { formatHtml } from '../simulator/report/html.ts'
import { bundlePageAssets } from '../simulator/report/page-assets.ts'
import { createSimulatedReport } from '../support/simulated-run.ts'

test('the simulator’s report: drawn without any network, light, dark, by keyboard and on a phone', async ({
  page,
}, testInfo) => {
  const complaints: string[] = []
  page.on('pageerror', ({ message }) => complaints.push(message))
  page.on('console', (message) => complaints.push(message.text()))
  page.on('request', (request) => {
    if (!request.url().startsWith('file:')) complaints.push(`asked for ${request.url()}`)
  })
  const file = join(testInfo.outputDir, 'report.html')
  await mkdir(testInfo.outputDir, { recursive: true })
  await writeFile(file, formatHtml([createSimulatedReport()], await bundlePageAssets()))
  await page.setViewportSize({ width: 1100, height: 900 })
  await page.goto(pathToFileURL(file).href)

  const plots = page.locator('.plot')
  await expect(plots).toHaveCount(6)
  await expect(plots.locator('canvas')).toHaveCount(6)
  await expect(page.getByRole('heading', { name: 'crash: broken: D1' })).toBeVisible()
  const [latency] = await plots.all()
  if (latency === undefined) throw new Error('there is no plot')
  await latency.focus()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowRight')
  const legend = latency.locator('.u-legend')
  await expect(legend).toContainText(/at:? ?0\.5 s/)
  await expect(legend).toContainText(/median:? ?[\d.]+ ms/)

  const pixels = () => latency.locator('canvas').evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL())
  const light = await pixels()
  await page.emulateMedia({ colorScheme: 'dark' })
  await expect.poll(pixels).not.toBe(light)
  await expect(plots.locator('canvas')).toHaveCount(6)

  await page.setViewportSize({ width: 390, height: 844 })
  await expect
    .poll(() => latency.locator('canvas').evaluate((canvas) => canvas.clientWidth))
    .toBeLessThan(390)
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
  expect(complaints).toEqual([])
})
