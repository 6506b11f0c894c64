import { readFileSync } from "node:fs";
import { defineConfig } from "vite";

// What is bundled keeps its licence: the texts of the packages head every page.
const packages = ["echarts/LICENSE", "echarts/NOTICE", "zrender/LICENSE", "tslib/LICENSE.txt"];

function licences() {
  const texts = packages.map(file => {
    const text = readFileSync(new URL(`node_modules/${file}`, import.meta.url), "utf8");
    return `${file}\n\n${text.trim()}`;
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
        if (file.type === "chunk") file.code = licences() + file.code.replace(/<(\/script|!--)/gi, "\\x3c$1");
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
