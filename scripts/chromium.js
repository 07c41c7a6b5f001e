/**
 * Which Chromium the pages are tested, measured and photographed with. `npm run chromium` prints its path, and installs
 * Debian's when there is none and it may. Plain JavaScript for Node 20.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** What it is called in a folder of programs, the wanted ones first. */
const names = [
  // The same browser without windows, which starts its pages at half the cost.
  'chromium-headless-shell',
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'microsoft-edge',
];
const places = [
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];
const installMsMax = 10 * 60_000;

/** Path of a Chromium, `CHROMIUM` before all others; `undefined` when there is none. */
export function findChromium() {
  const chosen = process.env.CHROMIUM;
  if (chosen) return isProgram(chosen) ? chosen : undefined;
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  const inPath = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [...inPath, ...places].find(isProgram);
}

/** One sentence that says how to come by one. */
export function howToInstall() {
  const chosen = process.env.CHROMIUM;
  if (chosen) return `CHROMIUM names ${chosen}, which is no program that can be run.`;
  return 'There is no Chromium: install one (Debian: "apt-get install chromium-headless-shell" as root, or "npm run chromium") or name its program in CHROMIUM.';
}

/** As `findChromium`, after Debian's was installed if none was there and this is root on Debian. */
export function ensureChromium() {
  if (findChromium() === undefined && !process.env.CHROMIUM && mayInstall()) install();
  return findChromium();
}

function mayInstall() {
  return process.getuid?.() === 0 && isDebian() && isProgram('/usr/bin/apt-get');
}

function isDebian() {
  try {
    return /^ID="?debian"?$/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}

/** What apt says goes to stderr: the only line of stdout is the path. */
function install() {
  console.error('Installing Chromium (once, a minute or two) …');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const stdio = ['ignore', 2, 2];
  const run = (args) => spawnSync('apt-get', args, { env, stdio, timeout: installMsMax }).status === 0;
  // Without recommended packages it comes without any font of fixed width.
  const args = [
    'install',
    '-y',
    '-qq',
    '--no-install-recommends',
    'chromium-headless-shell',
    'fonts-liberation',
  ];
  return run(args) || (run(['update', '-qq']) && run(args));
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const found = ensureChromium();
  if (found) console.log(found);
  else {
    console.error(howToInstall());
    process.exitCode = 1;
  }
}
