// Builds the pages into dist/ for the .NET build: `node build.js`. Exit code 3: this machine cannot build them (no packages, an old
// Node); any other but 0 is a fault of ours. One run at a time: builds of several projects may start it together.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, linkSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const unable = 3;
const folder = fileURLToPath(new URL(".", import.meta.url));
const lock = `${folder}.lock`;
const installed = `${folder}node_modules/.switchyard`;
const refused = `${folder}.unable`;
const minutes = 60_000;
const longest = 8 * minutes;

class Failure extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

process.chdir(folder);
try {
  requireNode();
  await take();
  try {
    const pages = readdirSync("src").filter(name => existsSync(`src/${name}/main.ts`));
    if (!isFresh(pages)) {
      install();
      await build(pages);
    }
  } finally {
    rmSync(lock, { force: true });
  }
} catch (error) {
  console.error(error instanceof Failure ? error.message : error);
  process.exitCode = error instanceof Failure ? error.status : 1;
}

function requireNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 19)) throw new Failure(unable, `Node ${process.versions.node} is too old, 20.19 is needed`);
}

async function take() {
  for (const begun = Date.now(); ; ) {
    try {
      writeFileSync(lock, `${process.pid}`, { flag: "wx" });
      return;
    } catch (error) {
      if (error.code !== "EEXIST") throw new Failure(unable, `cannot write to ${folder}: ${error.message}`);
    }

    if (isAbandoned()) remove();
    if (Date.now() - begun > longest) throw new Failure(unable, `another build has held ${lock} for ${longest / minutes} minutes`);
    await new Promise(resolve => setTimeout(resolve, 200));
  }
}

/** Whether the run that holds the lock was killed; its number may be another's by now, or never have been written. */
function isAbandoned(file = lock) {
  try {
    const age = Date.now() - statSync(file).mtimeMs;
    if (age < 2000) return false;
    if (age > longest) return true;
    const holder = Number(readFileSync(file, "utf8"));
    if (!(holder > 0)) return true;
    process.kill(holder, 0);
    return false;
  } catch (error) {
    return error.code === "ESRCH";
  }
}

/** Removes an abandoned lock; one that another waiter has taken meanwhile is put back. */
function remove() {
  const aside = `${lock}.${process.pid}`;
  try {
    renameSync(lock, aside);
    if (!isAbandoned(aside)) linkSync(aside, lock);
  } catch {
    // Another waiter was quicker.
  }

  rmSync(aside, { force: true });
}

/** Whether the run before, which held the lock, has built what this one would. */
function isFresh(pages) {
  const sources = [
    ...readdirSync("src", { recursive: true }).map(name => `src/${name}`),
    ...readdirSync(".").filter(name => /\.(js|json)$/.test(name)),
  ];
  const newest = Math.max(...sources.map(name => statSync(name).mtimeMs));
  return pages.every(page => existsSync(`dist/${page}.js`) && statSync(`dist/${page}.js`).mtimeMs > newest);
}

function install() {
  const wanted = createHash("sha256").update(readFileSync("package-lock.json")).update(process.platform + process.arch).digest("hex");
  if (isInstalled() && existsSync(installed) && readFileSync(installed, "utf8") === wanted) return;
  remember(wanted);
  try {
    // NODE_ENV=production, which container images set, would leave out what builds the pages.
    npm("ci", "--include=dev", "--include=optional", "--ignore-scripts", "--prefer-offline", "--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-timeout=60000");
  } catch (error) {
    const message = `npm cannot install the packages: ${reason(error)}`;
    writeFileSync(refused, `${wanted}\n${message}`);
    throw new Failure(unable, message);
  }

  if (!isInstalled()) throw new Failure(unable, "npm installed no typescript or vite");
  rmSync(refused, { force: true });
  writeFileSync(installed, wanted);
}

function isInstalled() {
  return ["typescript", "vite"].every(name => existsSync(`node_modules/${name}/package.json`));
}

/** Without a network every build would wait for it again: what failed within the hour is not tried. */
function remember(wanted) {
  if (!existsSync(refused) || Date.now() - statSync(refused).mtimeMs > 60 * minutes) return;
  const [of, message] = readFileSync(refused, "utf8").split("\n");
  if (of === wanted) throw new Failure(unable, `${message} (within the last hour; remove ${refused} to try again)`);
}

async function build(pages) {
  try {
    run(process.execPath, "node_modules/typescript/bin/tsc", "--noEmit");
  } catch (error) {
    // Without an error of ours the compiler itself could not run: it has no program for this machine.
    const said = `${error.stdout ?? ""}${error.stderr ?? ""}`;
    throw /error TS\d+/.test(said) ? new Failure(1, said) : new Failure(unable, `the TypeScript compiler cannot run: ${first(said) || error.message}`);
  }

  let bundle;
  try {
    ({ build: bundle } = await import("vite"));
  } catch (error) {
    throw new Failure(unable, `vite cannot run: ${first(error.message)}`);
  }

  // A build beside this one must not find half a page.
  const half = "dist/.new";
  for (const page of pages) {
    await bundle({ mode: page, logLevel: "error", build: { outDir: half } });
    renameSync(`${half}/${page}.js`, `dist/${page}.js`);
  }

  rmSync(half, { recursive: true, force: true });
}

function first(text) {
  return text.split("\n").find(line => line.trim() !== "")?.trim() ?? "";
}

function npm(...words) {
  // npm is a script on Windows, which only a shell can start.
  return process.platform === "win32" ? run("cmd.exe", "/c", "npm", ...words) : run("npm", ...words);
}

function run(program, ...words) {
  return execFileSync(program, words, { encoding: "utf8", stdio: "pipe", timeout: 5 * minutes });
}

function reason(error) {
  const lines = `${error.stderr ?? ""}`.split("\n").filter(line => line.startsWith("npm error")).map(line => line.slice("npm error".length).trim());
  return lines.find(line => !/^(code|syscall|errno) /.test(line)) ?? error.message;
}
