import { existsSync, readFileSync, readdirSync } from "node:fs";
import { defineConfig } from "vite";

const isLicence = /^(licen[cs]e|notice|copyright)/i;

/** What is bundled keeps its licence: the texts of its packages head every page. A package without one is not bundled. */
function licences(modules) {
  const packages = [...new Set(modules.map(id => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(id.replaceAll("\\", "/"))?.[0]).filter(Boolean))].sort();
  const texts = packages.flatMap(folder => {
    const files = ["", "licenses/"].filter(below => existsSync(folder + below)).flatMap(below =>
      readdirSync(folder + below, { withFileTypes: true }).filter(entry => entry.isFile() && isLicence.test(entry.name)).map(entry => below + entry.name)).sort();
    const name = folder.slice(folder.lastIndexOf("node_modules/") + "node_modules/".length);
    if (files.length === 0) throw new Error(`${name} has no licence that could be kept`);
    return files.map(file => `${name}${file}\n\n${readFileSync(folder + file, "utf8").trim()}`);
  });
  return `/*!\nThis file contains the packages below.\n\n${texts.join("\n\n").replaceAll("*/", "* /")}\n*/\n`;
}

function standalone() {
  return {
    name: "standalone",
    enforce: "post",
    generateBundle(_, bundle) {
      for (const file of Object.values(bundle)) {
        // The file is written into a <script> element, which these words would end.
        if (file.type === "chunk") file.code = licences(Object.keys(file.modules)) + file.code.replace(/<(\/script|!--)/gi, "\\x3c$1");
        else this.error(`${file.fileName} would be a file of its own`);
      }
    },
  };
}

// One page a run (every folder of src with a main.ts is one): a page is one classic script with its styles and charts in it.
export default defineConfig(({ mode }) => ({
  build: {
    target: "es2022",
    emptyOutDir: false,
    copyPublicDir: false,
    modulePreload: false,
    reportCompressedSize: false,
    lib: { entry: `src/${mode}/main.ts`, formats: ["iife"], name: "switchyard", fileName: () => `${mode}.js` },
  },
  define: { "process.env.NODE_ENV": JSON.stringify("production") },
  plugins: [standalone()],
}));
