import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { type Browser, chromium, type Page } from 'playwright-core';
import { startLaboratory, type TestLaboratory } from '../laboratory.ts';

/** A Chromium of this machine: CHROMIUM names it, or it stands where Debian puts it. Nothing is downloaded. */
const executable = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/google-chrome'].find(
  (path) => path && existsSync(path),
);

describe('the page, in a real browser', {
  skip: executable ? false : 'no Chromium on this machine (CHROMIUM=path)',
}, () => {
  let lab: TestLaboratory;
  let browser: Browser;
  let page: Page;
  const elsewhere: string[] = [];
  const complaints: string[] = [];

  before(async () => {
    lab = await startLaboratory({ worker: false });
    browser = await chromium.launch({
      executablePath: executable,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
    page = await browser.newPage();
    page.on('request', (request) => {
      if (!request.url().startsWith(lab.url) && !/^(data|blob):/.test(request.url()))
        elsewhere.push(request.url());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    await page.goto(lab.url);
    await page.waitForSelector('.graphiql-query-editor .CodeMirror');
  });
  after(async () => {
    await browser?.close();
    await lab?.stop();
  });

  test('five ready tabs, each with its query', async () => {
    assert.deepEqual(await page.locator('.graphiql-tab .graphiql-tab-button').allTextContents(), [
      'Lineage',
      'Compare',
      'Search',
      'Train',
      'Runs',
    ]);
    assert.match(
      (await page.locator('.graphiql-query-editor .CodeMirror-code').textContent())!,
      /query Lineage/,
    );
  });

  test('a query is sent and its answer shown; errors are shown as the API words them', async () => {
    await page.getByText('Compare', { exact: true }).click();
    await page.locator('.graphiql-execute-button').click();
    const response = page.locator('.graphiql-response', { hasText: 'NOT_FOUND' });
    await response.waitFor();
    assert.ok((await response.textContent())!.includes('there is no benchmark \\"sample/questions\\"'));
  });

  test('the schema is loaded for completion and documentation', async () => {
    await page.locator('button[aria-label="Show Documentation Explorer"]').click();
    await page.waitForSelector('.graphiql-doc-explorer-content');
    await page.getByText('query: Query').waitFor();
  });

  test('nothing came from elsewhere, and nothing was complained about', () => {
    assert.deepEqual(elsewhere, []);
    assert.deepEqual(complaints, []);
  });
});
