"""Downloads against a server that does what servers and networks do."""

from datetime import UTC, datetime

import model_server as ms
import pytest
from download_helpers import fetch
from model_server import CONTENT, ModelServer

from core.errors import DownloadError
from core.models.http_answer import retry_after_s

pytestmark = pytest.mark.usefixtures("no_proxy")


def leave_part(part, content):
    """Leave the beginning of a download behind, as a killed process would."""
    part.parent.mkdir(parents=True)
    part.write_bytes(content)


def test_a_good_server_is_asked_once(server, part, clock):
    fetch(server, part, clock)
    assert part.read_bytes() == CONTENT
    assert [seen.range for seen in server.requests] == [None]
    assert server.requests[0].headers["User-Agent"].startswith("Heirloom/")


def test_a_dropped_connection_is_continued_where_it_broke(server, part, clock):
    server.behaviours = [ms.drop_after(100_000), ms.drop_after(300_000), ms.serve]
    fetch(server, part, clock)
    assert part.read_bytes() == CONTENT
    assert [seen.range for seen in server.requests] == [None, "bytes=100000-", "bytes=400000-"]


def test_waits_grow_between_failures_and_it_gives_up_keeping_the_part(server, part, clock):
    server.behaviours = [ms.drop_after(1000)]
    with pytest.raises(DownloadError, match="goes on where it stopped"):
        fetch(server, part, clock)
    assert clock.now_s == pytest.approx(1 + 2 + 4 + 8)
    assert part.read_bytes() == CONTENT[:5000]


def test_headway_resets_the_count_of_failures(server, part, clock):
    server.behaviours = [ms.drop_after(10), ms.drop_after(10), ms.drop_after(300_000)]
    server.behaviours += [ms.drop_after(10)] * 3 + [ms.serve]
    fetch(server, part, clock)
    assert part.read_bytes() == CONTENT
    assert len(server.requests) == 7


def test_what_an_earlier_run_left_is_continued(server, part, clock):
    leave_part(part, CONTENT[:250_000])
    fetch(server, part, clock)
    assert part.read_bytes() == CONTENT
    assert [seen.range for seen in server.requests] == ["bytes=250000-"]


def test_a_complete_part_is_only_verified(server, part, clock):
    leave_part(part, CONTENT)
    fetch(server, part, clock)
    assert server.requests == []


def test_a_spoilt_beginning_is_found_and_the_file_fetched_afresh(server, part, clock):
    leave_part(part, bytes(250_000))
    fetch(server, part, clock)
    assert part.read_bytes() == CONTENT
    assert [seen.range for seen in server.requests] == ["bytes=250000-", None]


def test_a_part_longer_than_the_file_is_thrown_away(server, part, clock):
    leave_part(part, CONTENT + b"more")
    fetch(server, part, clock)
    assert part.read_bytes() == CONTENT
    assert [seen.range for seen in server.requests] == [None]


def test_a_wrong_byte_is_found_and_nothing_is_kept(server, part, clock):
    server.behaviours = [ms.wrong_byte]
    with pytest.raises(DownloadError, match="hash is wrong"):
        fetch(server, part, clock)
    assert not part.exists()
    assert len(server.requests) == 1


def test_a_wrong_byte_after_a_break_is_tried_afresh_once_and_not_for_ever(server, part, clock):
    server.behaviours = [ms.drop_after(300_000), ms.wrong_byte, ms.drop_after(300_000)]
    server.behaviours += [ms.wrong_byte]
    with pytest.raises(DownloadError, match="hash is wrong"):
        fetch(server, part, clock)
    assert not part.exists()
    assert len(server.requests) == 4


def test_a_server_that_ignores_range_starts_over(server, part, clock):
    leave_part(part, CONTENT[:250_000])
    server.behaviours = [ms.ignore_range]
    fetch(server, part, clock)
    assert part.read_bytes() == CONTENT
    assert len(server.requests) == 1


def test_a_server_that_sends_another_range_is_asked_for_the_whole(server, part, clock):
    leave_part(part, CONTENT[:250_000])
    server.behaviours = [ms.wrong_range, ms.serve]
    fetch(server, part, clock)
    assert part.read_bytes() == CONTENT
    assert [seen.range for seen in server.requests] == ["bytes=250000-", None]


def test_a_server_that_cannot_satisfy_the_range_is_asked_for_the_whole(server, part, clock):
    leave_part(part, CONTENT[:250_000])
    server.behaviours = [ms.status(416), ms.serve]
    fetch(server, part, clock)
    assert part.read_bytes() == CONTENT


def test_another_file_under_the_address_is_refused_before_it_is_fetched(server, part, clock):
    leave_part(part, CONTENT[:250_000])
    server.content = CONTENT + b"a newer version"
    with pytest.raises(DownloadError, match="has another file"):
        fetch(server, part, clock)
    assert part.read_bytes() == CONTENT[:250_000]


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        (ms.status(404), "not at this address"),
        (ms.status(410), "not at this address"),
        (ms.status(403), "refuses"),
        (ms.status(407), "proxy"),
        (ms.status(418), "HTTP 418"),
        (ms.web_page, "log in"),
    ],
)
def test_a_refusal_is_final_and_said_plainly(server, part, clock, behaviour, words):
    server.behaviours = [behaviour]
    with pytest.raises(DownloadError, match=words):
        fetch(server, part, clock)
    assert len(server.requests) == 1
    assert not part.exists()


@pytest.mark.parametrize("code", [429, 500, 503])
def test_a_busy_server_is_tried_again(server, part, clock, code):
    server.behaviours = [ms.status(code), ms.serve]
    fetch(server, part, clock)
    assert part.read_bytes() == CONTENT
    assert clock.now_s == pytest.approx(1.0)


def test_a_server_that_says_how_long_to_wait_is_obeyed(server, part, clock):
    server.behaviours = [ms.status(429, Retry_After="17"), ms.serve]
    fetch(server, part, clock)
    assert clock.now_s == pytest.approx(17.0)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("5", 5.0),
        ("86400", 120.0),
        ("-3", 0.0),
        ("soon", 0.0),
        ("", 0.0),
        ("nan", 0.0),
        ("Tue, 24 Nov 2026 12:00:30 GMT", 30.0),
        ("Tue, 24 Nov 2026 11:00:00 GMT", 0.0),
    ],
)
def test_retry_after_is_read_in_both_forms(header, seconds):
    assert retry_after_s(header, datetime(2026, 11, 24, 12, 0, tzinfo=UTC)) == seconds


def test_a_server_that_only_ever_fails_is_given_up(server, part, clock):
    server.behaviours = [ms.status(503)]
    with pytest.raises(DownloadError, match="too busy"):
        fetch(server, part, clock)
    assert len(server.requests) == 5
    assert not part.exists()


def test_a_trickle_arrives(server, part, clock):
    server.behaviours = [ms.trickle(997)]
    fetch(server, part, clock)
    assert part.read_bytes() == CONTENT


def test_no_announced_length_is_no_trouble(server, part, clock):
    server.behaviours = [ms.chunked]
    fetch(server, part, clock)
    assert part.read_bytes() == CONTENT


@pytest.mark.parametrize("length", [len(CONTENT) + 5000, 200_000])
def test_a_wrong_announced_length_is_no_trouble(server, part, clock, length):
    server.behaviours = [ms.lie_about_length(length), ms.serve]
    fetch(server, part, clock)
    assert part.read_bytes() == CONTENT


def test_too_many_bytes_are_cut_off_and_nothing_is_kept(server, part, clock):
    server.behaviours = [ms.too_many]
    with pytest.raises(DownloadError, match="sent more than"):
        fetch(server, part, clock)
    assert not part.exists()


def test_a_roughly_known_size_is_enough(server, part, clock):
    server.behaviours = [ms.drop_after(200_000), ms.serve]
    fetch(server, part, clock, size_bytes=550_000, size_is_exact=False)
    assert part.read_bytes() == CONTENT


def test_a_complete_part_of_roughly_known_size_is_recognised(server, part, clock):
    leave_part(part, CONTENT)
    server.behaviours = [ms.status(416)]
    fetch(server, part, clock, size_bytes=550_000, size_is_exact=False)
    assert part.read_bytes() == CONTENT


def test_a_redirect_to_another_host_is_followed_with_the_range(server, part, clock):
    leave_part(part, CONTENT[:250_000])
    with ModelServer() as other:
        server.behaviours = [ms.redirect(f"{other.url.replace('localhost', '127.0.0.1')}/blob?x=1")]
        fetch(server, part, clock)
        assert [(seen.path, seen.range) for seen in other.requests] == [
            ("/files/blob?x=1", "bytes=250000-")
        ]
    assert part.read_bytes() == CONTENT


def test_redirects_in_circles_end(server, part, clock):
    server.behaviours = [ms.redirect("/files/again")]
    with pytest.raises(DownloadError, match="in circles"):
        fetch(server, part, clock)


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://localhost/net.pth"])
def test_a_redirect_out_of_the_web_is_refused(server, part, clock, target):
    server.behaviours = [ms.redirect(target)]
    with pytest.raises(DownloadError, match="insecure"):
        fetch(server, part, clock)
