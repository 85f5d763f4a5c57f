--- `login`: lets a person agree in the browser, and keeps the sign-in.
local exits = require("ytsync.cli.exits")
local signin = require("ytsync.cli.signin")

return {
    usage = "login [--client FILE] [--write] [--account NAME] [--switch] [--no-browser]",
    summary = "connect your YouTube account",
    help = [[
Opens your browser at Google, where you agree, and keeps the sign-in in a file that only you can
read. The first time it shows how to make the OAuth client that this needs; --client FILE takes its
JSON file. At first ytsync asks to read only; --write (or the first run) asks for leave to change
playlists. --switch takes another channel than before; --account NAME keeps several sign-ins (each
needs a database of its own: --db). --no-browser is for a machine without one: open the address
anywhere, agree, and paste the address that the browser ends at. YTSYNC_BROWSER names a program to
open addresses with. With YTSYNC_TOKEN_COMMAND no sign-in is kept: it is a command that prints the
file of a sign-in, or an access token, for instance from a password manager.]],
    run = function(ctx)
        local other = signin.elsewhere(ctx)
        if other then
            ctx:remark(("Note: %s is set, and goes before a sign-in."):format(other))
        end
        local session, code = ctx:open()
        if not session then
            return code
        end
        local done
        done, code = signin.run(ctx, session, ctx.options.write or false)
        if not done then
            return code
        end
        ctx:json(done)
        return exits.OK
    end,
}
