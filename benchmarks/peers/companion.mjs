// Uppy's Companion with its S3 endpoints, on the store that the environment names. It writes nothing anywhere.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(`${process.cwd()}/package.json`);
const load = (name) => import(pathToFileURL(require.resolve(name)).href);
const { default: express } = await load("express");
const { default: session } = await load("express-session");
const companion = await load("@uppy/companion");

const app = express();
if (process.env.PEER_PAGES) app.use("/bench", express.static(process.env.PEER_PAGES));
app.use(express.json());
app.use(session({ secret: "benchmark", resave: false, saveUninitialized: false }));
const { app: peer } = companion.app({
  secret: "benchmark-secret-of-32-characters",
  server: { host: `127.0.0.1:${process.env.PORT}`, protocol: "http" },
  filePath: process.env.PEER_TMP,
  uploadUrls: ["http://127.0.0.1"],
  corsOrigins: true,
  s3: {
    key: process.env.S3_KEY,
    secret: process.env.S3_SECRET,
    bucket: process.env.S3_BUCKET,
    region: "us-east-1",
    endpoint: process.env.S3_ENDPOINT,
    forcePathStyle: true,
    getKey: ({ filename }) => `companion/${filename}`,
  },
});
app.use(peer);
app.listen(Number(process.env.PORT), "127.0.0.1", () => console.log("ready"));
