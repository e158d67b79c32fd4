"""Deleted text disappears from all files, without any action by the administrator."""

import pathlib
import tempfile
import unittest

from server import FIXTURES, Server, wait_until

WORD = "zanzibarforgotten"
# The index has Japanese text in pairs of characters.
PAIRS = ["忘却", "却都", "都市"]


class DeletedTextTest(unittest.TestCase):
    def files_with_word(self, folder):
        return [path.name for path in folder.rglob("*")
                if path.is_file() and any(word.encode() in path.read_bytes() for word in [WORD, *PAIRS])]

    def test_ada_deletes_text_and_it_is_in_no_file(self):
        with tempfile.TemporaryDirectory() as folder:
            data = pathlib.Path(folder) / "data"
            server = Server(data)
            try:
                token = server.register("ada")
                post = server.post(token, FIXTURES / "cat.jpg", caption=f"{WORD} 忘却都市",
                                   altText=f"{WORD} too").json()
                comment = server.json("POST", f"/api/posts/{post['id']}/comments", {"text": WORD}, token)
                self.assertEqual(comment.status, 201)
                for bio in [WORD, "nothing"]:
                    self.assertEqual(server.json("PUT", "/api/profile", {"bio": bio}, token).status, 200)
                self.assertNotEqual(self.files_with_word(data), [])
                self.assertEqual(server.json("DELETE", f"/api/posts/{post['id']}", token=token).status, 204)
                wait_until(lambda: not self.files_with_word(data), "files without the deleted word")
            finally:
                server.stop()


if __name__ == "__main__":
    unittest.main()
