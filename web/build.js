// Builds the pages into dist/ for the .NET build: `node build.js`. Exit code 3: this machine cannot build them (no packages, an old
// Node); any other but 0 is a fault of ours. One run at a time: builds of several projects may start it together.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const unable = 3;
const folder = fileURLToPath(new URL(".", import.meta.url));
const lock = `${folder}.lock`;
const installed = `${folder}node_modules/.switchyard`;

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
  for (;;) {
    try {
      writeFileSync(lock, `${process.pid}`, { flag: "wx" });
      return;
    } catch (error) {
      if (error.code !== "EEXIST") throw new Failure(unable, `cannot write to ${folder}: ${error.message}`);
    }

    if (isAbandoned()) rmSync(lock, { force: true });
    await new Promise(resolve => setTimeout(resolve, 200));
  }
}

/** Whether the run that holds the lock was killed. */
function isAbandoned() {
  try {
    if (Date.now() - statSync(lock).mtimeMs < 2000) return false;
    process.kill(Number(readFileSync(lock, "utf8")), 0);
    return false;
  } catch (error) {
    return error.code === "ESRCH";
  }
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
  if (existsSync(installed) && readFileSync(installed, "utf8") === wanted) return;
  try {
    npm("ci", "--ignore-scripts", "--prefer-offline", "--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-timeout=60000");
  } catch (error) {
    throw new Failure(unable, `npm cannot install the packages: ${reason(error)}`);
  }

  writeFileSync(installed, wanted);
}

async function build(pages) {
  try {
    run(process.execPath, "node_modules/typescript/bin/tsc", "--noEmit");
  } catch (error) {
    throw new Failure(1, `${error.stdout}${error.stderr}`);
  }

  const { build: bundle } = await import("vite");
  for (const page of pages) await bundle({ mode: page, logLevel: "error" });
}

function npm(...words) {
  // npm is a script on Windows, which only a shell can start.
  return process.platform === "win32" ? run("cmd.exe", "/c", "npm", ...words) : run("npm", ...words);
}

function run(program, ...words) {
  return execFileSync(program, words, { encoding: "utf8", stdio: "pipe", timeout: 5 * 60_000 });
}

function reason(error) {
  const lines = `${error.stderr ?? ""}`.split("\n").filter(line => line.startsWith("npm error")).map(line => line.slice("npm error".length).trim());
  return lines.find(line => !/^(code|syscall|errno) /.test(line)) ?? error.message;
}
