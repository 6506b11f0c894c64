// Builds the pages into dist/ for the .NET build: `node build.js`. Exit code 3: this machine cannot build them (no packages, an old
// Node); any other but 0 is a fault of ours. One run at a time: builds of several projects may start it together.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const unable = 3;
const folder = fileURLToPath(new URL(".", import.meta.url));
const lock = `${folder}.lock`;
const installed = `${folder}node_modules/.switchyard`;
const staleAfter = 10 * 60_000;

process.chdir(folder);
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) fail(unable, `Node ${process.versions.node} is too old, 20.19 is needed`);

await take();
try {
  install();
  await build();
} finally {
  rmSync(lock, { recursive: true, force: true });
}

async function take() {
  for (;;) {
    try {
      mkdirSync(lock);
      return;
    } catch (error) {
      if (error.code !== "EEXIST") fail(unable, `cannot write to ${folder}: ${error.message}`);
    }

    try {
      if (Date.now() - statSync(lock).mtimeMs > staleAfter) rmSync(lock, { recursive: true, force: true });
    } catch {
      // Given back in the meantime.
    }

    await new Promise(resolve => setTimeout(resolve, 200));
  }
}

function install() {
  const wanted = createHash("sha256").update(readFileSync("package-lock.json")).update(process.platform + process.arch).digest("hex");
  if (existsSync(installed) && readFileSync(installed, "utf8") === wanted) return;
  try {
    npm("ci", "--ignore-scripts", "--prefer-offline", "--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-timeout=60000");
  } catch (error) {
    fail(unable, `npm cannot install the packages: ${reason(error)}`);
  }

  writeFileSync(installed, wanted);
}

async function build() {
  try {
    run(process.execPath, "node_modules/typescript/bin/tsc", "--noEmit");
  } catch (error) {
    fail(1, `${error.stdout}${error.stderr}`);
  }

  const { build: bundle } = await import("vite");
  const pages = readdirSync("src").filter(name => existsSync(`src/${name}/main.ts`));
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
  return lines.find(line => !line.startsWith("code ")) ?? error.message;
}

function fail(code, text) {
  console.error(text);
  rmSync(lock, { recursive: true, force: true });
  process.exit(code);
}
