//! Why Teams says "Sorry, there was a problem encountered with your request": one table for the log, the
//! command line and the guide.
//!
//! Teams has that one sentence for everything, so each cause has a code that is never given a second meaning.

/// One thing that can go wrong between Teams and the bot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cause {
    /// The code, such as `HL131`.
    pub code: &'static str,
    /// What it is, in a few words.
    pub title: &'static str,
    /// How it shows.
    pub sign: &'static str,
    /// What really happened.
    pub meaning: &'static str,
    /// The way out.
    pub fix: &'static str,
}

impl Cause {
    /// Returns the cause that has a code.
    pub fn of(code: &str) -> Option<&'static Self> {
        CAUSES.iter().find(|it| it.code == code)
    }
}

/// Every cause, in the order of codes: the signature, time, the answer, the way here, the address, the rest.
pub const CAUSES: &[Cause] = &[
    Cause {
        code: "HL101",
        title: "signed with the token of another webhook",
        sign: "the signature matches the token of another webhook of this configuration",
        meaning: "A team's webhook calls the URL of another one.",
        fix: "in Teams, change the callback URL of that webhook so that it ends in its own name",
    },
    Cause {
        code: "HL102",
        title: "signed with a token that the bot does not have",
        sign: "the signature matches no token, and no usual change of the body explains it",
        meaning: "The token in the configuration is not the one that Teams signs with: an old one, or one of a webhook that \
                  was made again. In the log this code also stands for HL101 and HL104; `hailer listen` tells them apart.",
        fix: "Teams cannot show a token again: delete the webhook there, create it again, then `hailer webhook rotate NAME`",
    },
    Cause {
        code: "HL103",
        title: "a token that was damaged when it was copied",
        sign: "it is not base64, or does not decode to 32 bytes",
        meaning: "A security token of Teams has 44 characters and ends in `=`. The last one is often missed when copying.",
        fix: "copy it again while Teams shows it; later delete the webhook there and create it again",
    },
    Cause {
        code: "HL104",
        title: "the body was rewritten on the way",
        sign: "the signature matches once a usual change is undone: white space, line ends, a byte order mark, compression, \
               escapes; or the body says that it is compressed",
        meaning: "Something between Teams and the bot reads the JSON and writes it anew. The signature is over the bytes as \
                  Teams sent them, so any change breaks it.",
        fix: "turn off body inspection, rewriting and compression for this path in the proxy or firewall",
    },
    Cause {
        code: "HL105",
        title: "no Authorization header",
        sign: "the request has none",
        meaning: "A proxy takes the header away, often because it does a login of its own; or the caller is not Teams.",
        fix: "nginx: `proxy_set_header Authorization $http_authorization;`, and no `auth_basic` there; Caddy hands it on by itself",
    },
    Cause {
        code: "HL106",
        title: "another scheme than HMAC",
        sign: "the Authorization header begins with `Bearer` or `Basic`",
        meaning: "The caller is a registered bot of the Bot Framework, or a proxy puts its own login into the header. \
                  Outgoing webhooks send `HMAC`.",
        fix: "register an outgoing webhook in the team, not a bot; let the proxy leave the header alone",
    },
    Cause {
        code: "HL107",
        title: "a damaged or repeated Authorization header",
        sign: "the value is not 44 characters of base64, or there are two such headers",
        meaning: "A proxy changes the header or adds one of its own.",
        fix: "let the proxy hand on the header of Teams, once and as it is",
    },
    Cause {
        code: "HL108",
        title: "too old, or from the future",
        sign: "the message's time is further from this machine's clock than `[limits] max_skew`, or missing",
        meaning: "This machine's clock is wrong, or an old request is being replayed.",
        fix: "set the clock: `timedatectl set-ntp true`; a capture is sent again with `hailer replay FILE --resign`",
    },
    Cause {
        code: "HL109",
        title: "no webhook of this name",
        sign: "the last part of the path is no `[webhook.NAME]`",
        meaning: "The callback URL in Teams is misspelt, or the webhook is not in the configuration that runs.",
        fix: "compare the URL with `hailer webhook list`; `hailer status` says whether a change of hailer.toml was refused",
    },
    Cause {
        code: "HL111",
        title: "answered too late",
        sign: "our clock, from the request's head to the answer",
        meaning: "Teams waits 5 s. The bot answers \"still working\" before that by itself (`reply_within`), so that the \
                  channel sees no error, but the result comes another way.",
        fix: "make the command faster, or declare it a job",
    },
    Cause {
        code: "HL112",
        title: "the caller hung up before the answer",
        sign: "the connection was closed early; or a round trip takes so long that little of the 5 s is left",
        meaning: "The network, a proxy or a tunnel uses up the time, or gives up earlier than Teams.",
        fix: "nginx: `proxy_read_timeout` above 5 s; look for a slow tunnel or a proxy that buffers",
    },
    Cause {
        code: "HL113",
        title: "larger than allowed",
        sign: "the body has more bytes than `[limits] body`",
        meaning: "Messages of Teams have less than 100 KB. Either the limit was set very low, or the caller is not Teams.",
        fix: "set `[limits] body` to 256 KiB, the usual value",
    },
    Cause {
        code: "HL114",
        title: "the body did not arrive as a whole",
        sign: "it ended early, or took longer than 3 s",
        meaning: "A proxy or the network drops or delays the body.",
        fix: "let the proxy buffer requests (nginx does: `proxy_request_buffering on`), and look at its error log",
    },
    Cause {
        code: "HL121",
        title: "an answer that Teams refuses",
        sign: "the findings of `hailer card check`: a bare card, another content type, too large, newer than Teams draws",
        meaning: "The bot answered 200, and Teams threw the answer away. The bot checks its own cards and sends their text \
                  instead, so this is about answers of other programs, or of a script.",
        fix: "`hailer card check FILE` names each place and its way out",
    },
    Cause {
        code: "HL122",
        title: "a proxy answered by itself",
        sign: "the answer is no 200, or HTML, and has no `x-request-id` of the bot",
        meaning: "The request did not reach the bot. 413: the proxy's limit for bodies. 502 and 504: the proxy does not \
                  reach the bot. 401 and 403: it wants a login. 404: it does not know the path.",
        fix: "413: nginx `client_max_body_size 1m;` · 502, 504: is the bot running, and is `proxy_pass` its `listen`? · 401, \
              403, 404: let `/webhook/` through unchanged",
    },
    Cause {
        code: "HL123",
        title: "not what Teams sends",
        sign: "another method than POST, another path than /webhook/NAME, or a type that is not JSON",
        meaning: "A proxy changes the request on its way, or the caller is not Teams.",
        fix: "nginx: `proxy_pass http://127.0.0.1:3978;` without a path behind it, so that the path stays as it is",
    },
    Cause {
        code: "HL124",
        title: "signed, but no message",
        sign: "the signature is right, and the body is no activity of Teams",
        meaning: "Whoever holds the token sends this, and it is not Teams; or Teams changed its format.",
        fix: "save one with `hailer listen --save DIR` and compare it with the reference of messages",
    },
    Cause {
        code: "HL125",
        title: "a message from elsewhere",
        sign: "it is signed with the webhook's token, and comes from another team or tenant than `[webhook.NAME]` is pinned to",
        meaning: "Somebody uses the token elsewhere, or the pin is wrong. Nothing was done.",
        fix: "compare `team` and `tenant` with what the mention and `whoami` show; a stolen token: `hailer webhook rotate NAME`",
    },
    Cause {
        code: "HL126",
        title: "a key is used from another network",
        sign: "the log and the audit name the key's label and the network",
        meaning: "Teams calls from its own addresses, which change now and then; somebody who took the key calls from theirs.",
        fix: "look at what it signed, `hailer keys used-by LABEL`; when in doubt `hailer webhook rotate NAME`",
    },
    Cause {
        code: "HL131",
        title: "an incomplete certificate chain",
        sign: "no path leads from the certificates that the server sends to a known root; nothing is fetched to fill the gap",
        meaning: "The server sends its certificate without the intermediate one. A browser hides this by fetching it; Teams \
                  does not.",
        fix: "use the file with the whole chain: nginx `ssl_certificate fullchain.pem;`, not cert.pem",
    },
    Cause {
        code: "HL132",
        title: "a certificate that nobody accepts",
        sign: "self-signed, of an unknown authority, expired, for another name; or no TLS 1.2",
        meaning: "Teams does not call an address whose certificate it cannot trust, and says nothing of it.",
        fix: "get a certificate of a public authority for this name (Let's Encrypt does), and renew it in time",
    },
    Cause {
        code: "HL133",
        title: "no https, or a redirect",
        sign: "the URL begins with http:, or the answer is 301, 302, 307 or 308",
        meaning: "Do not count on Teams to follow a redirect with a POST and its signature.",
        fix: "register the final https URL in Teams, and set it as `[server] public_url`",
    },
    Cause {
        code: "HL134",
        title: "a private address",
        sign: "the name leads to an address that is not public: 10.…, 172.16.…, 192.168.…, 127.…, fc00::…",
        meaning: "Microsoft's servers call you, not the computers of the people in the team.",
        fix: "publish the address: a proxy in your public zone, or a tunnel. Is the private answer only yours (split DNS)? \
              Then run doctor with --allow-private",
    },
    Cause {
        code: "HL135",
        title: "the public address cannot be reached",
        sign: "the name does not exist, or nobody takes the connection",
        meaning: "There is no such name in DNS, a firewall drops the connection, or nothing listens on the port.",
        fix: "create the DNS record; open port 443 to the internet; start the proxy",
    },
    Cause {
        code: "HL136",
        title: "the bot does not run here",
        sign: "nobody answers at `[server] listen` or `admin_listen`",
        meaning: "The bot has not been started, or it stopped; the log's last lines say why.",
        fix: "`hailer serve`, or `systemctl start hailer`",
    },
    Cause {
        code: "HL141",
        title: "the tunnel has another name now",
        sign: "the last message of Teams came for another host than the one in the public URL",
        meaning: "A tunnel without a fixed name gets a new one with each start, and Teams still calls the old one.",
        fix: "use a persistent tunnel: `devtunnel create NAME --allow-anonymous; devtunnel port create NAME -p 3978; \
              devtunnel host NAME`",
    },
    Cause {
        code: "HL142",
        title: "the tunnel or proxy asks for a login",
        sign: "the answer is a login page, a warning page, or a redirect to one",
        meaning: "Teams cannot log in: it sends its signature and nothing else.",
        fix: "let anonymous requests to /webhook/ through: `devtunnel … --allow-anonymous`; the HMAC is the login",
    },
    Cause {
        code: "HL151",
        title: "nothing arrives",
        sign: "no request came while somebody typed the mention",
        meaning: "Teams calls another address, or nobody at all: the webhook belongs to another team, the channel is private, \
                  the tenant's policy forbids outgoing webhooks, or a bot of the same name was mentioned.",
        fix: "mention the webhook from the list that Teams offers, in a standard channel of its team; compare its callback URL",
    },
    Cause {
        code: "HL152",
        title: "just started",
        sign: "the bot has been running for less than 5 s",
        meaning: "What people typed while it was down or starting got Teams' error.",
        fix: "keep one instance running; take it out of service by `/-/ready` before it stops",
    },
    Cause {
        code: "HL161",
        title: "the same message twice",
        sign: "a message of this conversation had the same id",
        meaning: "Teams sometimes sends a message twice. The second one got the first answer, and nothing ran again.",
        fix: "nothing to do; a name of two words makes Teams send everything twice",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_in_order_and_each_is_there_once() {
        assert!(CAUSES.is_sorted_by(|one, next| one.code < next.code));
        assert_eq!(Cause::of("HL131").unwrap().code, "HL131");
        assert_eq!(Cause::of("HL999"), None);
    }

    #[test]
    fn every_cause_is_told_to_its_end() {
        for cause in CAUSES {
            assert!(cause.meaning.ends_with('.'), "{}", cause.code);
            for text in [cause.title, cause.sign, cause.fix] {
                assert!(!text.is_empty() && !text.ends_with('.'), "{}", cause.code);
            }
        }
    }
}
