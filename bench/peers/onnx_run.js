// Runs exported models in ONNX Runtime and keeps what they return.
//
// node onnx_run.js FOLDER
//
// FOLDER/cases.json lists the models: [{"model": FILE, "inputs": [{"name", "type", "dims", "file"}], "output": FILE}]. Values lie in files
// of their own, row-major; all outputs of a model go to one file, one after the other in the order of the model.

const fs = require('fs');
const path = require('path');
const ort = require('onnxruntime-node');

const folder = process.argv[2];
const types = {int64: BigInt64Array, float32: Float32Array};

function read({type, dims, file}) {
  const bytes = fs.readFileSync(path.join(folder, file));
  const copy = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
  return new ort.Tensor(type, new types[type](copy), dims);
}

async function run({model, inputs, output}) {
  const session = await ort.InferenceSession.create(path.join(folder, model));
  const feeds = Object.fromEntries(inputs.map(input => [input.name, read(input)]));
  const results = await session.run(feeds);
  const parts = session.outputNames.map(name => results[name].data).map(data => Buffer.from(data.buffer, data.byteOffset, data.byteLength));
  fs.writeFileSync(path.join(folder, output), Buffer.concat(parts));
}

(async () => {
  const cases = JSON.parse(fs.readFileSync(path.join(folder, 'cases.json'), 'utf8'));
  for (const each of cases) {
    try {
      await run(each);
    } catch (error) {
      throw new Error(`${each.model}: ${error.message}`);
    }
  }

  console.log(`ONNX Runtime ${ort.env.versions.node}, Node.js ${process.version}`);
})().catch(error => {
  console.error(error.message);
  process.exit(1);
});
