CREATE TABLE "favourites" (
	"user_id" uuid NOT NULL,
	"page_id" uuid NOT NULL,
	"position" integer NOT NULL,
	CONSTRAINT "favourites_user_id_page_id_pk" PRIMARY KEY("user_id","page_id")
);
--> statement-breakpoint
CREATE TABLE "recent_pages" (
	"user_id" uuid NOT NULL,
	"page_id" uuid NOT NULL,
	"opened_at" timestamp with time zone NOT NULL,
	CONSTRAINT "recent_pages_user_id_page_id_pk" PRIMARY KEY("user_id","page_id")
);
--> statement-breakpoint
ALTER TABLE "pages" ALTER COLUMN "position" SET DATA TYPE text COLLATE "C";--> statement-breakpoint
ALTER TABLE "pages" ADD COLUMN "icon" text;--> statement-breakpoint
ALTER TABLE "pages" ADD COLUMN "revision" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "pages" ADD COLUMN "updated_by" uuid;--> statement-breakpoint
ALTER TABLE "pages" ADD COLUMN "trash_root_id" uuid;--> statement-breakpoint
ALTER TABLE "favourites" ADD CONSTRAINT "favourites_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "favourites" ADD CONSTRAINT "favourites_page_id_pages_id_fk" FOREIGN KEY ("page_id") REFERENCES "public"."pages"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "recent_pages" ADD CONSTRAINT "recent_pages_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "recent_pages" ADD CONSTRAINT "recent_pages_page_id_pages_id_fk" FOREIGN KEY ("page_id") REFERENCES "public"."pages"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "favourites_page_idx" ON "favourites" USING btree ("page_id");--> statement-breakpoint
CREATE INDEX "recent_pages_page_idx" ON "recent_pages" USING btree ("page_id");--> statement-breakpoint
ALTER TABLE "pages" ADD CONSTRAINT "pages_updated_by_users_id_fk" FOREIGN KEY ("updated_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "pages_place_key" ON "pages" USING btree (coalesce("parent_id", "drive_id"),"position");--> statement-breakpoint
CREATE INDEX "pages_deleted_idx" ON "pages" USING btree ("drive_id","trash_root_id") WHERE "pages"."deleted_at" IS NOT NULL;--> statement-breakpoint
-- What is deleted by now went with the uppermost page that was deleted at the same moment.
WITH RECURSIVE gone AS (
	SELECT page.id, page.id AS root_id, page.deleted_at FROM pages page
	LEFT JOIN pages above ON above.id = page.parent_id
	WHERE page.deleted_at IS NOT NULL AND above.deleted_at IS DISTINCT FROM page.deleted_at
	UNION ALL
	SELECT below.id, gone.root_id, below.deleted_at FROM pages below
	JOIN gone ON below.parent_id = gone.id AND below.deleted_at = gone.deleted_at
)
UPDATE pages SET trash_root_id = gone.root_id FROM gone WHERE gone.id = pages.id;
