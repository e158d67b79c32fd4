"""A client generated from the OpenAPI document has clear names, and members can use the site with it."""

import importlib
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

from server import FIXTURES, PASSWORD, TIMEOUT, ServerTest


class GeneratedClientTest(ServerTest):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.out = pathlib.Path(folder.name)
        description = self.out / "openapi.json"
        description.write_bytes(self.server.request("GET", "/api/openapi.json").body)
        self.document = json.loads(description.read_text())
        subprocess.run(
            [pathlib.Path(sys.executable).parent / "openapi-python-client", "generate", "--path", description,
             "--output-path", self.out / "client", "--meta", "none"],
            cwd=self.out, check=True, capture_output=True, timeout=TIMEOUT)
        sys.path.insert(0, str(self.out))
        self.addCleanup(sys.path.remove, str(self.out))
        self.addCleanup(self.unload_client)

    def unload_client(self):
        """Removes the client from the imported modules, because each test generates its own."""
        for name in [name for name in sys.modules if name.split(".")[0] == "client"]:
            del sys.modules[name]

    def call(self, name, client, **arguments):
        """Calls a function of the client, such as `posts.create_post`, and returns its result."""
        return importlib.import_module(f"client.api.{name}").sync(client=client, **arguments)

    def status(self, name, client, *path, **arguments):
        """Calls a function of the client and returns the status of the response."""
        module = importlib.import_module(f"client.api.{name}")
        return module.sync_detailed(*path, client=client, **arguments).status_code

    def register(self, name):
        client, models = importlib.import_module("client"), importlib.import_module("client.models")
        visitor = client.Client(base_url=self.server.url + "/api")
        body = models.RegisterRequest(
            email=f"{name}@example.org", full_name=name, username=name, password=PASSWORD)
        signed_in = self.call("signing_in.register", visitor, body=body)
        self.assertEqual(signed_in.user.username, name)
        visitor.get_httpx_client().close()
        member = client.AuthenticatedClient(base_url=self.server.url + "/api", token=signed_in.token)
        self.addCleanup(lambda: member.get_httpx_client().close())
        return member

    def test_ada_and_grace_use_the_site_with_a_generated_client(self):
        models = importlib.import_module("client.models")
        file = importlib.import_module("client.types").File
        ada, grace = self.register("ada"), self.register("grace")
        with open(FIXTURES / "cat.jpg", "rb") as photo:
            form = models.UploadPhotoForm(
                file=file(payload=photo, file_name="cat.jpg", mime_type="image/jpeg"), alt_text="A cat")
            media = self.call("photos.upload_photo", ada, body=form)
        self.assertEqual((media.alt_text, media.width > 0), ("A cat", True))
        draft = models.CreatePostRequest(media_ids=[media.id], caption="hello #cat")
        post = self.call("posts.create_post", ada, body=draft)
        self.assertEqual((post.caption, post.author.username), ("hello #cat", "ada"))
        self.assertEqual(self.status("people.follow_user", grace, "ada"), 204)
        self.assertEqual(self.status("posts.like_post", grace, post.id), 204)
        comment = models.CreateCommentRequest(text="what a cat")
        written = self.call("comments.create_comment", grace, id=post.id, body=comment)
        self.assertEqual((written.text, written.post_id), ("what a cat", post.id))
        feed = self.call("posts.list_home_feed", grace)
        self.assertEqual([item.caption for item in feed.items], ["hello #cat"])
        self.assertEqual((feed.items[0].likes_count, feed.items[0].liked_by_me), (1, True))
        kinds = {item.kind.value for item in self.call("notifications.list_notifications", ada).items}
        self.assertEqual(kinds, {"follow", "like", "comment"})
        found = self.call("discovery.search", grace, q="cat", type_=models.SearchType.POSTS)
        self.assertEqual([item.id for item in found.items], [post.id])

    def test_an_error_response_is_a_problem_object(self):
        models = importlib.import_module("client.models")
        ada = self.register("ada")
        problem = self.call("posts.get_post", ada, id="1")
        self.assertIsInstance(problem, models.Problem)
        self.assertEqual((problem.type_, problem.status), ("/api/docs/problems/not-found", 404))
        token = self.call("sessions_and_tokens.create_token", ada, body=models.CreateTokenRequest(
            name="", scopes=[models.Scope.READ]))
        self.assertEqual((token.type_, token.errors[0].field), ("/api/docs/problems/invalid-fields", "name"))
        page = self.server.request("GET", token.type_)
        self.assertIn(b'id="problem-invalid-fields"', page.body)

    def test_generated_models_have_clear_names(self):
        schemas = list(self.document["components"]["schemas"])
        generated = {path.stem for path in (self.out / "client" / "models").glob("*.py")}
        # The generator invents names with “item” or “type_0” for schemas that have no name.
        self.assertEqual([name for name in generated if "item" in name or "type_" in name], [])
        self.assertIn("CreateCommentRequest", schemas)


if __name__ == "__main__":
    unittest.main()
