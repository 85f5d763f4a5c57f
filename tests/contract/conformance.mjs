// conformance.mjs: Google's own client for Node drives simd through every method that ytsync uses,
// with the sign-in before it. What Google's client can use, ytsync may rely on.
//
//     node tests/contract/conformance.mjs FOLDER_WITH_NODE_MODULES SIMD
//
// Started by `make conformance`, which installs the client into the build folder. The last line is
// `N passed, N failed`.
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { createHash, randomBytes } from "node:crypto";
import assert from "node:assert/strict";

const [folder, simd] = process.argv.slice(2);
const require = createRequire(folder + "/");
const { youtube, auth } = require("@googleapis/youtube");

const server = spawn(simd, ["--port", "0", "--library", "sample", "--videos", "120", "--playlists",
    "8", "--exit-with-parent"], { stdio: ["ignore", "pipe", "inherit"] });
const url = await new Promise((resolve, reject) => {
    server.stdout.once("data", (data) => resolve(/http:\/\/127\.0\.0\.1:\d+/.exec(data)[0]));
    server.once("exit", () => reject(new Error("simd did not start")));
});

let passed = 0, failed = 0;
async function check(name, run) {
    try {
        await run();
        passed += 1;
        console.log("ok     ", name);
    } catch (problem) {
        failed += 1;
        console.log("FAILED ", name, "\n   ", problem.message);
    }
}
async function refused(status, reason, run) {
    await assert.rejects(run, (problem) => {
        assert.equal(Number(problem.response.status), status);
        assert.equal(problem.response.data.error.errors[0].reason, reason);
        return true;
    });
}

// ------------------------------------------------------------------ the sign-in

const redirect = "http://127.0.0.1:1";
const client = new auth.OAuth2({ clientId: "sim-client", clientSecret: "sim-secret",
    redirectUri: redirect, endpoints: { oauth2AuthBaseUrl: url + "/o/oauth2/v2/auth",
        oauth2TokenUrl: url + "/token", oauth2RevokeUrl: url + "/revoke" } });

await check("OAuth2: authorise, exchange, refresh", async () => {
    const verifier = randomBytes(32).toString("base64url");
    const address = client.generateAuthUrl({ access_type: "offline", state: "s",
        scope: "https://www.googleapis.com/auth/youtube.force-ssl",
        code_challenge_method: "S256",
        code_challenge: createHash("sha256").update(verifier).digest("base64url") });
    const answer = await fetch(address, { redirect: "manual" });
    assert.equal(answer.status, 302);
    const back = new URL(answer.headers.get("location"));
    assert.equal(back.searchParams.get("state"), "s");
    const { tokens } = await client.getToken({ code: back.searchParams.get("code"),
        codeVerifier: verifier });
    assert.ok(tokens.refresh_token && tokens.access_token);
    client.setCredentials({ refresh_token: tokens.refresh_token });
    const renewed = await client.getAccessToken();
    assert.notEqual(renewed.token, tokens.access_token);
});

// ------------------------------------------------------------------ the methods

const api = youtube({ version: "v3", auth: client, rootUrl: url + "/" });
const snippet = (playlistId, videoId, position) => ({ snippet: { playlistId, position,
    resourceId: { kind: "youtube#video", videoId } } });
let playlist, item, videos;

await check("channels.list", async () => {
    const { data } = await api.channels.list({ part: ["id", "snippet"], mine: true });
    assert.equal(data.kind, "youtube#channelListResponse");
    assert.equal(data.items.length, 1);
});
await check("playlists.list, page by page", async () => {
    const seen = new Set();
    let pageToken;
    do {
        const { data } = await api.playlists.list({ part: ["snippet", "status", "contentDetails"],
            mine: true, maxResults: 3, pageToken });
        data.items.forEach((entry) => seen.add(entry.id));
        pageToken = data.nextPageToken;
    } while (pageToken);
    assert.ok(seen.size >= 8);
    const { data } = await api.playlists.list({ part: ["id"], id: [...seen].slice(0, 2) });
    assert.equal(data.items.length, 2);
    playlist = [...seen][0];
});
await check("playlistItems.list", async () => {
    const { data } = await api.playlistItems.list({ part: ["snippet", "contentDetails", "status"],
        playlistId: playlist, maxResults: 50 });
    videos = data.items.map((entry) => entry.snippet.resourceId.videoId);
    assert.ok(videos.length > 1);
    const one = await api.playlistItems.list({ part: ["id"], playlistId: playlist,
        videoId: videos[0] });
    assert.equal(one.data.items.length, 1);
    const byId = await api.playlistItems.list({ part: ["snippet"], id: [data.items[1].id] });
    assert.equal(byId.data.items[0].snippet.position, 1);
});
await check("videos.list", async () => {
    const { data } = await api.videos.list({ part: ["snippet", "contentDetails"], id: videos });
    assert.ok(data.items.length > 0 && data.items.length <= videos.length);
    assert.match(data.items[0].contentDetails.duration, /^PT/);
});
await check("playlists.insert", async () => {
    const { data } = await api.playlists.insert({ part: ["snippet", "status"], requestBody: {
        snippet: { title: "Made by Google's client", description: "d" },
        status: { privacyStatus: "private" } } });
    assert.equal(data.status.privacyStatus, "private");
    playlist = data.id;
    // A new playlist refuses writes for a moment.
    await fetch(url + "/sim/clock", { method: "POST", body: "5000" });
});
await check("playlists.update", async () => {
    const { data } = await api.playlists.update({ part: ["snippet", "status"], requestBody: {
        id: playlist, snippet: { title: "Renamed", description: "" },
        status: { privacyStatus: "unlisted" } } });
    assert.equal(data.snippet.title, "Renamed");
});
await check("playlistItems.insert, also twice the same", async () => {
    for (const position of [undefined, 0]) {
        const { data } = await api.playlistItems.insert({ part: ["snippet"],
            requestBody: snippet(playlist, videos[0], position) });
        assert.equal(data.snippet.position, 0);
        item = data.id;
    }
});
await check("playlistItems.update", async () => {
    const { data } = await api.playlistItems.update({ part: ["snippet"],
        requestBody: { id: item, ...snippet(playlist, videos[0], 1) } });
    assert.equal(data.snippet.position, 1);
});
await check("playlistItems.delete", async () => {
    const { status } = await api.playlistItems.delete({ id: item });
    assert.equal(status, 204);
    await refused(404, "playlistItemNotFound", () => api.playlistItems.delete({ id: item }));
});
await check("playlists.delete", async () => {
    const { status } = await api.playlists.delete({ id: playlist });
    assert.equal(status, 204);
    await refused(404, "playlistNotFound", () => api.playlists.delete({ id: playlist }));
});
await check("refusals", async () => {
    await refused(400, "unknownPart", () => api.playlists.list({ part: ["nonsense"], mine: true }));
    await refused(404, "playlistNotFound", () => api.playlistItems.list({ part: ["id"],
        playlistId: "PLnothing" }));
    await refused(404, "videoNotFound", async () => {
        const { data } = await api.playlists.list({ part: ["id"], mine: true });
        return api.playlistItems.insert({ part: ["snippet"],
            requestBody: snippet(data.items[0].id, "aaaaaaaaaaa") });
    });
});
await check("OAuth2: revoke", async () => {
    const { refresh_token: token } = client.credentials;
    const answer = await fetch(url + "/revoke", { method: "POST",
        headers: { "Content-Type": "application/x-www-form-urlencoded" }, body: "token="
            + encodeURIComponent(token) });
    assert.equal(answer.status, 200);
    await assert.rejects(() => client.refreshAccessToken());
});

server.kill();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
